#include "server/ops/config_validate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/protocol/limits.h"
#include "server/ops/config_text.h"

namespace roomcast::ops {
namespace {

std::string Size(std::uint64_t bytes) { return FormatNumber(Unit::kBytes, bytes); }
std::string Time(std::uint64_t milliseconds) {
  return FormatNumber(Unit::kMilliseconds, milliseconds);
}

// The least length of an HS256 secret: that of its hash (RFC 7518, section 3.2).
constexpr std::size_t kSecretBytesMin = 32;

// What is no address is told once, as that.
bool OthersCanReach(const std::string& address) {
  return IsIpAddress(address) && !IsLoopbackAddress(address);
}

void CheckListeners(const v1::Config& config, Problems& problems) {
  const auto& listeners = config.listeners();
  const std::array<std::pair<const char*, std::pair<std::string, std::uint32_t>>, 3> doors = {
      {{"public", {listeners.public_().address(), listeners.public_().port()}},
       {"bridge", {listeners.bridge().address(), listeners.bridge().port()}},
       {"ops", {listeners.ops().address(), listeners.ops().port()}}}};
  for (const auto& [name, endpoint] : doors) {
    if (!IsIpAddress(endpoint.first)) {
      problems.push_back(absl::StrCat("listeners.", name, ".address: `", endpoint.first,
                                      "` is not an IP address"));
    }
  }
  for (std::size_t i = 0; i < doors.size(); ++i) {
    for (std::size_t j = i + 1; j < doors.size(); ++j) {
      const std::uint32_t port = doors[i].second.second;
      if (port == 0 || port != doors[j].second.second) continue;
      problems.push_back(absl::StrCat("listeners.", doors[j].first, ".port: is ", port,
                                      ", which is listeners.", doors[i].first, ".port too"));
    }
  }
  const auto& ops = listeners.ops();
  if (OthersCanReach(ops.address()) && !ops.exposed()) {
    problems.push_back(absl::StrCat("listeners.ops.address: others can reach ", ops.address(),
                                    ", and metrics ask nobody who they are; state it with "
                                    "listeners.ops.exposed: true"));
  }
  const std::string& path = listeners.public_().path();
  const bool plain = std::all_of(path.begin(), path.end(), [](unsigned char c) {
    return absl::ascii_isgraph(c) && c != '?' && c != '#' && c != '%';
  });
  if (!plain || (!path.empty() && path.front() != '/')) {
    problems.push_back("listeners.public.path: must begin with `/` and be plain, without ? # %");
  }
}

bool IsIpNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (!IsIpAddress(text.substr(0, slash))) return false;
  if (slash == std::string_view::npos) return true;
  const auto bits = ParseNumber(Unit::kNone, text.substr(slash + 1));
  return bits && *bits <= (text.find(':') == std::string_view::npos ? 32 : 128);
}

// `scheme://host[:port]` as a browser sends it, perhaps with `*.` before the host; or `*`.
bool IsOrigin(std::string_view text) {
  if (text == "*") return true;
  std::size_t begin = text.find("://");
  if (begin == std::string_view::npos || begin == 0) return false;
  begin += 3;
  if (text.substr(begin, 2) == "*.") begin += 2;
  const std::string_view host = text.substr(begin);
  return !host.empty() && host.find_first_of("/*?#@ ,") == std::string_view::npos;
}

// Who stands between the hub and a browser, and whose pages it serves.
void CheckBrowsers(const v1::Config& config, Problems& problems) {
  const auto& listener = config.listeners().public_();
  for (const std::string& origin : listener.allowed_origins()) {
    if (IsOrigin(origin)) continue;
    problems.push_back(absl::StrCat("listeners.public.allowed_origins: `", origin,
                                    "` is neither `*` nor like https://example.org or "
                                    "https://*.example.org"));
  }
  for (const std::string& proxy : listener.trusted_proxies()) {
    if (IsIpNetwork(proxy)) continue;
    problems.push_back(absl::StrCat("listeners.public.trusted_proxies: `", proxy,
                                    "` is neither an address nor a network like 10.0.0.0/8"));
  }
}

void CheckAuth(const v1::Config& config, Problems& problems) {
  const auto& auth = config.auth();
  const std::string& address = config.listeners().public_().address();
  const std::size_t secret = auth.development_secret().size();
  const bool open = OthersCanReach(address);
  if (auth.anonymous() == v1::Config::ANONYMOUS_NONE && secret == 0 && auth.keys().empty() &&
      auth.jwks_file().empty()) {
    problems.push_back(
        "auth: nobody could connect: give auth.development_secret, or allow auth.anonymous");
  }
  if (auth.anonymous() == v1::Config::ANONYMOUS_LOOPBACK && open) {
    problems.push_back(absl::StrCat("auth.anonymous: is loopback, but others can reach ", address,
                                    "; state it with auth.anonymous: anywhere, or change "
                                    "listeners.public.address"));
  }
  if (secret > 0 && secret < kSecretBytesMin) {
    problems.push_back(absl::StrCat("auth.development_secret: has ", secret,
                                    " bytes, the least is ", kSecretBytesMin));
  }
  if (secret > 0 && open && !config.development()) {
    problems.push_back(absl::StrCat("auth.development_secret: others can reach ", address,
                                    "; state that it may be used there with development: true"));
  }
}

// Of a key or of a certificate.
template <class Caller>
void CheckRights(const v1::Config& config, const std::string& path, const Caller& caller,
                 Problems& problems) {
  if (caller.roles().empty()) problems.push_back(path + ".roles: none, so it may do nothing");
  for (const std::string& name : caller.namespaces()) {
    const bool known = std::any_of(config.namespaces().begin(), config.namespaces().end(),
                                   [&name](const auto& space) { return space.name() == name; });
    if (!known) {
      problems.push_back(absl::StrCat(path, ".namespaces: no namespace is called `", name, "`"));
    }
  }
}

void CheckBridgeKeys(const v1::Config& config, Problems& problems) {
  std::set<std::string> names;
  std::set<std::string> hashes;
  int index = 0;
  for (const auto& key : config.bridge().keys()) {
    const std::string path = ItemPath("bridge.keys", key, index++);
    if (!names.insert(key.name()).second) problems.push_back(path + ": the name is there twice");
    const bool hex = key.sha256().size() == 64 &&
                     std::all_of(key.sha256().begin(), key.sha256().end(),
                                 [](unsigned char c) { return absl::ascii_isxdigit(c); });
    if (!hex) {
      problems.push_back(path + ".sha256: must be the 64 hexadecimal digits of a key's SHA-256");
    } else if (!hashes.insert(absl::AsciiStrToLower(key.sha256())).second) {
      problems.push_back(path + ".sha256: another key has the same");
    }
    CheckRights(config, path, key, problems);
  }
  index = 0;
  for (const auto& certificate : config.bridge().certificates()) {
    const std::string path = ItemPath("bridge.certificates", certificate, index++);
    if (!names.insert(certificate.name()).second) {
      problems.push_back(path + ": the name is there twice");
    }
    CheckRights(config, path, certificate, problems);
  }
  if (index > 0 && config.listeners().bridge().tls().client_ca_file().empty()) {
    problems.push_back(
        "bridge.certificates: nobody is asked for one: give listeners.bridge.tls.client_ca_file");
  }
}

void CheckBridge(const v1::Config& config, Problems& problems) {
  const auto& listener = config.listeners().bridge();
  const bool open = OthersCanReach(listener.address());
  const bool unknown = config.bridge().keys().empty() && config.bridge().certificates().empty();
  if (unknown && (open || !config.development())) {
    problems.push_back(absl::StrCat(
        "bridge.keys: none, and the bridge at ", listener.address(),
        " would be open to all; give a key, or state development: true on a loopback address"));
  }
  if (!config.bridge().keys().empty() && open && !listener.has_tls() &&
      !listener.plaintext_keys()) {
    problems.push_back(absl::StrCat("listeners.bridge: keys would cross ", listener.address(),
                                    " in the clear; state it with plaintext_keys: true"));
  }
  CheckBridgeKeys(config, problems);
}

void CheckOutbox(const v1::Config& config, Problems& problems) {
  const auto& outbox = config.outbox();
  const std::uint64_t message = config.limits().message_bytes() + kPublicationOverheadBytesMax;
  const std::uint64_t rejoin = outbox.recovery_page_bytes() + message + kJoinedBytesMax;
  if (rejoin >= outbox.soft_bytes()) {
    problems.push_back(absl::StrCat(
        "outbox.soft: is ", Size(outbox.soft_bytes()), ", must be more than ", Size(rejoin),
        ", which is one outbox.recovery_page (", Size(outbox.recovery_page_bytes()),
        ") with the largest publication and the answer to a join: what brings a member back must "
        "not put it behind again"));
  }
  if (outbox.soft_bytes() + message >= outbox.hard_bytes()) {
    problems.push_back(absl::StrCat("outbox.hard: is ", Size(outbox.hard_bytes()),
                                    ", must be more than outbox.soft (", Size(outbox.soft_bytes()),
                                    ") and the largest message (", Size(message), ") together"));
  }
}

void CheckWindows(const v1::Config& config, Problems& problems) {
  const std::uint64_t resume = config.sessions().resume_window_ms();
  const std::uint64_t noticed = config.heartbeat().interval_ms() + config.heartbeat().grace_ms();
  if (resume > 0 && resume <= noticed) {
    problems.push_back(absl::StrCat(
        "sessions.resume_window: is ", Time(resume), ", must be more than ", Time(noticed),
        ", after which a dead link is noticed (heartbeat.interval + heartbeat.grace), or 0"));
  }
  if (config.dedupe().window_ms() <= resume) {
    problems.push_back(absl::StrCat("dedupe.window: is ", Time(config.dedupe().window_ms()),
                                    ", must be more than sessions.resume_window of ", Time(resume),
                                    ", or a publish resent on coming back could count twice"));
  }
}

// How limits relate. Each line says what would go wrong if they did not.
void CheckRelations(const v1::Config& config, Problems& problems) {
  const auto& heartbeat = config.heartbeat();
  if (heartbeat.grace_ms() >= heartbeat.interval_ms()) {
    problems.push_back(absl::StrCat("heartbeat.grace: is ", Time(heartbeat.grace_ms()),
                                    ", must be less than the interval of ",
                                    Time(heartbeat.interval_ms())));
  }
  CheckOutbox(config, problems);
  CheckWindows(config, problems);
  const auto& limits = config.limits();
  if (limits.before_welcome_bytes() < kBeforeWelcomeBytesMax) {
    problems.push_back(absl::StrCat(
        "limits.before_welcome: is ", Size(limits.before_welcome_bytes()), ", must be at least ",
        Size(kBeforeWelcomeBytesMax), ", or a client with many rooms could not say Hello"));
  }
  const std::array<std::pair<const char*, std::pair<std::uint32_t, std::uint32_t>>, 3> rates = {
      {{"publish", {limits.publishes_per_second(), limits.publish_burst()}},
       {"join", {limits.joins_per_second(), limits.join_burst()}},
       {"command", {limits.commands_per_second(), limits.command_burst()}}}};
  for (const auto& [name, rate] : rates) {
    if (rate.second >= rate.first) continue;
    problems.push_back(absl::StrCat("limits.", name, "_burst: is ", rate.second,
                                    ", must be at least the rate of ", rate.first));
  }
}

bool IsNamespaceName(std::string_view name) {
  if (name == "$user") return true;
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
}

void CheckNamespace(const v1::Config& config, const v1::Config::Namespace& space,
                    const std::string& path, Problems& problems) {
  if (!IsNamespaceName(space.name())) {
    problems.push_back(path + ".name: must be letters, digits, `_` and `-`, or `$user`");
  }
  const auto& history = space.history();
  const bool keeps = history.bytes() > 0 && history.messages() > 0 && history.ttl_ms() > 0;
  const std::uint64_t soft = config.outbox().soft_bytes();
  const bool reliable = space.delivery() == v1::Config::DELIVERY_RELIABLE;
  if (keeps && reliable && history.bytes() < 2 * soft) {
    problems.push_back(absl::StrCat(path, ".history.bytes: is ", Size(history.bytes()),
                                    ", must be at least twice outbox.soft of ", Size(soft),
                                    ", or what a slow member still lacks would be gone"));
  }
  if (keeps && history.bytes() > config.memory().history_bytes()) {
    problems.push_back(absl::StrCat(path, ".history.bytes: is ", Size(history.bytes()),
                                    ", all rooms together have memory.history of ",
                                    Size(config.memory().history_bytes())));
  }
  const auto& rates = space.rates();
  if (rates.publish_burst() < rates.publishes_per_second()) {
    problems.push_back(absl::StrCat(path, ".rates.publish_burst: is ", rates.publish_burst(),
                                    ", must be at least the rate of ",
                                    rates.publishes_per_second()));
  }
}

void CheckNamespaces(const v1::Config& config, Problems& problems) {
  if (config.namespaces().empty()) problems.push_back("namespaces: none, so there can be no room");
  std::set<std::string> names;
  int index = 0;
  for (const auto& space : config.namespaces()) {
    const std::string path = ItemPath("namespaces", space, index++);
    if (!names.insert(space.name()).second) problems.push_back(path + ": the name is there twice");
    CheckNamespace(config, space, path, problems);
  }
}

}  // namespace

bool IsIpAddress(std::string_view text) {
  in6_addr address;
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), &address) == 1;
}

bool IsLoopbackAddress(std::string_view text) {
  const std::string copy(text);
  in_addr four;
  if (inet_pton(AF_INET, copy.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six;
  return inet_pton(AF_INET6, copy.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

Problems Validate(const v1::Config& config) {
  Problems problems;
  CheckBounds(config, "", problems);
  CheckListeners(config, problems);
  CheckBrowsers(config, problems);
  CheckAuth(config, problems);
  CheckBridge(config, problems);
  CheckRelations(config, problems);
  CheckNamespaces(config, problems);
  return problems;
}

}  // namespace roomcast::ops
