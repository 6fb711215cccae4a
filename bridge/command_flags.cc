#include "bridge/command_flags.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace roomcast::bridge {
namespace {

struct TextFlag {
  std::string_view name;
  std::string CommandFlags::*field;
};
struct Switch {
  std::string_view name;
  bool CommandFlags::*field;
};

constexpr std::array kTextFlags = {
    TextFlag{"--bridge", &CommandFlags::bridge},
    TextFlag{"--key", &CommandFlags::key},
    TextFlag{"--ca", &CommandFlags::ca},
    TextFlag{"--cert", &CommandFlags::certificate},
    TextFlag{"--cert-key", &CommandFlags::certificate_key},
    TextFlag{"--type", &CommandFlags::type},
    TextFlag{"--encoding", &CommandFlags::encoding},
    TextFlag{"--publication-key", &CommandFlags::publication_key},
    TextFlag{"--user", &CommandFlags::user},
    TextFlag{"--idempotency-key", &CommandFlags::idempotency_key},
    TextFlag{"--code", &CommandFlags::code},
    TextFlag{"--reason", &CommandFlags::reason},
    TextFlag{"--retry-after", &CommandFlags::retry_after},
    TextFlag{"--notice", &CommandFlags::notice},
    TextFlag{"--spread", &CommandFlags::spread},
    TextFlag{"--keep-last", &CommandFlags::keep_last},
    TextFlag{"--up-to", &CommandFlags::up_to},
    TextFlag{"--last", &CommandFlags::last},
    TextFlag{"--since", &CommandFlags::since},
    TextFlag{"--before", &CommandFlags::before},
    TextFlag{"--count", &CommandFlags::count},
    TextFlag{"--limit", &CommandFlags::limit},
    TextFlag{"--after", &CommandFlags::after},
    TextFlag{"--prefix", &CommandFlags::prefix},
    TextFlag{"--room", &CommandFlags::room},
    TextFlag{"--session", &CommandFlags::session},
    TextFlag{"--members-min", &CommandFlags::members_min},
};
constexpr std::array kSwitches = {
    Switch{"--json", &CommandFlags::json},
    Switch{"--help", &CommandFlags::help},
    Switch{"--ephemeral", &CommandFlags::ephemeral},
    Switch{"--restart", &CommandFlags::restart},
    Switch{"--keep", &CommandFlags::keep},
    Switch{"--dry-run", &CommandFlags::dry_run},
    Switch{"--reverse", &CommandFlags::reverse},
    Switch{"--lifecycle", &CommandFlags::lifecycle},
};

absl::Status Bad(const std::string& text) { return absl::InvalidArgumentError(text); }

absl::Status SetTimeout(const std::string& seconds, CommandFlags& flags) {
  double value = 0;
  if (!absl::SimpleAtod(seconds, &value) || !(value > 0) || value > 3600) {
    return Bad(absl::StrCat("--timeout is \"", seconds, "\", must be seconds up to 3600"));
  }
  flags.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
  return absl::OkStatus();
}

// Keeps the key out of the process list and the shell's history.
absl::Status ReadKeyFile(const std::string& path, CommandFlags& flags) {
  std::ifstream file(path);
  if (!file) return Bad(absl::StrCat("--key-file: cannot read ", path));
  flags.key.assign(std::istreambuf_iterator<char>(file), {});
  absl::StripAsciiWhitespace(&flags.key);
  return absl::OkStatus();
}

absl::Status SetValue(std::string_view name, const std::string& value, CommandFlags& flags) {
  for (const TextFlag& flag : kTextFlags) {
    if (flag.name != name) continue;
    flags.*flag.field = value;
    return absl::OkStatus();
  }
  if (name == "--timeout") return SetTimeout(value, flags);
  if (name == "--key-file") return ReadKeyFile(value, flags);
  return Bad(absl::StrCat("unknown flag ", std::string(name)));
}

bool TakesValue(std::string_view name) {
  for (const TextFlag& flag : kTextFlags) {
    if (flag.name == name) return true;
  }
  return name == "--timeout" || name == "--key-file";
}

bool SetSwitch(std::string_view name, CommandFlags& flags) {
  for (const Switch& flag : kSwitches) {
    if (flag.name == name) return flags.*flag.field = true;
  }
  return false;
}

constexpr std::array kEnvironment = {
    TextFlag{"ROOMCAST_BRIDGE", &CommandFlags::bridge},
    TextFlag{"ROOMCAST_BRIDGE_KEY", &CommandFlags::key},
    TextFlag{"ROOMCAST_BRIDGE_CA", &CommandFlags::ca},
    TextFlag{"ROOMCAST_BRIDGE_CERT", &CommandFlags::certificate},
    TextFlag{"ROOMCAST_BRIDGE_CERT_KEY", &CommandFlags::certificate_key},
};

void ReadEnvironment(CommandFlags& flags) {
  for (const TextFlag& variable : kEnvironment) {
    const char* value = std::getenv(std::string(variable.name).c_str());
    if (value != nullptr) flags.*variable.field = value;
  }
}

absl::Status FaultInCertificate(const CommandFlags& flags) {
  if (flags.certificate.empty() && flags.certificate_key.empty()) return absl::OkStatus();
  if (flags.certificate.empty() || flags.certificate_key.empty() || flags.ca.empty()) {
    return Bad("--cert, --cert-key and --ca go together");
  }
  for (const std::string& path : {flags.certificate, flags.certificate_key}) {
    if (!std::ifstream(path)) return Bad(absl::StrCat("--cert: cannot read ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommandFlags> ParseFlags(std::span<const std::string_view> args) {
  CommandFlags flags;
  ReadEnvironment(flags);
  bool only_words = false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg = args[i];
    if (only_words || !arg.starts_with("--")) {
      flags.words.emplace_back(arg);
      continue;
    }
    if (arg == "--") {
      only_words = true;
      continue;
    }
    if (SetSwitch(arg, flags)) continue;
    const std::size_t equals = arg.find('=');
    const std::string_view name = arg.substr(0, equals);
    if (!TakesValue(name)) return Bad(absl::StrCat("unknown flag ", std::string(name)));
    std::string value;
    if (equals != std::string_view::npos) {
      value = arg.substr(equals + 1);
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return Bad(absl::StrCat(std::string(name), " needs a value"));
    }
    if (absl::Status set = SetValue(name, value, flags); !set.ok()) return set;
  }
  if (flags.encoding != "text" && flags.encoding != "json" && flags.encoding != "bytes") {
    return Bad(absl::StrCat("--encoding is \"", flags.encoding, "\", must be text, json or bytes"));
  }
  if (absl::Status fault = FaultInCertificate(flags); !fault.ok()) return fault;
  return flags;
}

}  // namespace roomcast::bridge
