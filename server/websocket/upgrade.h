// From an HTTP request to a WebSocket (RFC 6455 section 4.2). Whose origin or address is welcome is
// decided elsewhere; this says whether the request asks in the right way, and writes the answer.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/websocket/extension_list.h"
#include "server/websocket/http_head.h"
#include "server/websocket/refusal.h"

namespace roomcast::websocket {

// The accept value is Base64(SHA-1(key + this)); the adapter computes it.
inline constexpr std::string_view kAcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

struct UpgradeRules {
  // What the server speaks. The client's order of preference decides.
  std::span<const std::string_view> subprotocols;
  // True: a request that offers none of them is refused with 400. False: it is taken without a
  // sub-protocol, so that the caller can close it with a code, which a page can see and a status it
  // cannot.
  bool subprotocol_required = false;
};

// A request to be answered with WriteSwitchingProtocols. The views lie where the Request's do; that
// of `subprotocol` where the rules' do.
struct Upgrade {
  std::string_view key;
  std::string_view subprotocol;  // empty: none in common
  // The header Origin; empty: none, as from a client that is no browser. "null" is an origin as
  // any.
  std::string_view origin;
  // The client offered sub-protocols, known or not.
  bool offered_subprotocols = false;
  // The offers of all Sec-WebSocket-Extensions headers, in order.
  std::vector<Extension> extensions;
};

// Whether the request means to become a WebSocket, rightly or not. Otherwise it is a plain GET.
bool AsksForWebSocket(const Request& request);

std::variant<Upgrade, Refusal> DecideUpgrade(const Request& request, const UpgradeRules& rules);

// The bytes whose SHA-1, in Base64, is the accept value.
std::string AcceptSource(std::string_view key);

// The 101 response. Empty `subprotocol` or `extensions`: without that header.
std::string WriteSwitchingProtocols(std::string_view accept_value, std::string_view subprotocol,
                                    std::string_view extensions = {});

}  // namespace roomcast::websocket
