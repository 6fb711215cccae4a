#include "server/websocket/upgrade.h"

#include <algorithm>
#include <optional>

namespace roomcast::websocket {
namespace {

constexpr std::string_view kKeyHeader = "Sec-WebSocket-Key";
constexpr std::string_view kVersionHeader = "Sec-WebSocket-Version";
constexpr std::string_view kProtocolHeader = "Sec-WebSocket-Protocol";
constexpr std::string_view kExtensionsHeader = "Sec-WebSocket-Extensions";

bool IsBase64Character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// 16 bytes are 22 characters and two of padding. The four bits left over in the last character are
// not looked at: the example in the RFC's own section 4.1 has them set.
bool IsKey(std::string_view key) {
  return key.size() == 24 && key.substr(22) == "==" &&
         std::all_of(key.begin(), key.begin() + 22, IsBase64Character);
}

std::optional<Refusal> CheckHandshake(const Request& request) {
  if (!request.Lists("Upgrade", "websocket") || !request.Lists("Connection", "upgrade")) {
    return Refusal{
        RefusalReason::kNoUpgrade,
        "a WebSocket request needs 'Upgrade: websocket' and 'Connection: Upgrade'; a proxy "
        "in between may not pass them on"};
  }
  const auto version = request.Find(kVersionHeader);
  if (request.Count(kVersionHeader) != 1 || *version != "13") {
    return Refusal{RefusalReason::kWebSocketVersion, "only WebSocket version 13 is spoken here"};
  }
  const std::size_t keys = request.Count(kKeyHeader);
  if (keys != 1) {
    return Refusal{RefusalReason::kWebSocketKey, "the request has " + std::to_string(keys) +
                                                     " Sec-WebSocket-Key headers, it needs one"};
  }
  if (!IsKey(*request.Find(kKeyHeader))) {
    return Refusal{RefusalReason::kWebSocketKey, "Sec-WebSocket-Key is not 16 bytes in Base64"};
  }
  if (request.Count("Origin") > 1) {
    return Refusal{RefusalReason::kOriginHeader, "the request has two Origin headers"};
  }
  return std::nullopt;
}

std::vector<std::string_view> AllElements(const Request& request, std::string_view name) {
  std::vector<std::string_view> all;
  for (const Header& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, name)) continue;
    const auto elements = ListElements(header.value);
    all.insert(all.end(), elements.begin(), elements.end());
  }
  return all;
}

}  // namespace

bool AsksForWebSocket(const Request& request) {
  return request.Lists("Upgrade", "websocket") || request.Count(kKeyHeader) > 0;
}

std::variant<Upgrade, Refusal> DecideUpgrade(const Request& request, const UpgradeRules& rules) {
  if (auto refusal = CheckHandshake(request)) return *std::move(refusal);
  Upgrade upgrade;
  upgrade.key = *request.Find(kKeyHeader);
  upgrade.origin = request.Find("Origin").value_or(std::string_view());
  const auto offers = AllElements(request, kProtocolHeader);
  upgrade.offered_subprotocols = !offers.empty();
  for (const std::string_view offer : offers) {
    if (!IsToken(offer)) {
      return Refusal{RefusalReason::kSubprotocol, "Sec-WebSocket-Protocol is not a list of tokens"};
    }
    // Sub-protocol names are case-sensitive.
    const auto known = std::find(rules.subprotocols.begin(), rules.subprotocols.end(), offer);
    if (upgrade.subprotocol.empty() && known != rules.subprotocols.end()) {
      upgrade.subprotocol = *known;
    }
  }
  if (rules.subprotocol_required && upgrade.subprotocol.empty()) {
    return Refusal{RefusalReason::kSubprotocol, "no sub-protocol in common"};
  }
  for (const Header& header : request.headers) {
    if (EqualsIgnoringCase(header.name, kExtensionsHeader) &&
        !ReadExtensions(header.value, upgrade.extensions)) {
      return Refusal{RefusalReason::kExtensions,
                     "Sec-WebSocket-Extensions is not a list of extensions"};
    }
  }
  return upgrade;
}

std::string AcceptSource(std::string_view key) {
  std::string source(key);
  source += kAcceptGuid;
  return source;
}

std::string WriteSwitchingProtocols(std::string_view accept_value, std::string_view subprotocol,
                                    std::string_view extensions) {
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  response += accept_value;
  if (!subprotocol.empty()) {
    response += "\r\nSec-WebSocket-Protocol: ";
    response += subprotocol;
  }
  if (!extensions.empty()) {
    response += "\r\nSec-WebSocket-Extensions: ";
    response += extensions;
  }
  response += "\r\n\r\n";
  return response;
}

}  // namespace roomcast::websocket
