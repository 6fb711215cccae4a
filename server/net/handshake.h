#ifndef ROOMCAST_SERVER_NET_HANDSHAKE_H_
#define ROOMCAST_SERVER_NET_HANDSHAKE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/net/ip_network.h"
#include "server/net/peer_address.h"
#include "server/ops/static_files.h"
#include "server/websocket/http_head.h"
#include "server/websocket/refusal.h"

namespace roomcast::net {

// What the public port answers to a request.
struct HandshakeRules {
  // Empty: any path is a WebSocket's.
  std::string websocket_path = "/ws";
  // What is spoken. False: a client that speaks none of them, or names none, is taken all the same.
  std::vector<std::string_view> subprotocols = {"roomcast.v1"};
  bool subprotocol_required = true;
  // permessage-deflate is agreed on where it is offered.
  bool compression = false;
  websocket::HeadLimits head;
  std::vector<std::string> allowed_origins;
  // Whose X-Forwarded-For and Forwarded are believed.
  std::vector<IpNetwork> trusted_proxies;
  // Nullptr: no files are served. Outlives every connection.
  const ops::StaticFiles* files = nullptr;
};

// The first phase of a connection: one HTTP request, and what is said to it. Exists until the
// answer is known; the only part of a connection that holds the request's bytes.
class Handshake {
 public:
  // The rules outlive this. `peer`: who is at the other end of the socket. `tls`: what the socket
  // speaks.
  Handshake(const HandshakeRules& rules, const PeerAddress& peer, bool tls)
      : rules_(rules),
        tls_(tls),
        from_proxy_(AnyContains(rules.trusted_proxies, peer)),
        reader_(rules.head) {}

  struct NeedMore {};
  // A WebSocket from here on; what is left of the input is its first frames.
  struct Upgraded {
    std::string response;
    // Messages may be deflated, for a client whose window is 2^this bytes; 0: they may not.
    std::uint8_t deflate_window_bits = 0;
  };
  // Write this, then close: nothing that follows the request is run.
  struct Respond {
    std::string response;
    std::optional<websocket::RefusalReason> refusal;  // none: a file was served
    std::shared_ptr<const std::string> file;          // follows the response
  };
  using Answer = std::variant<NeedMore, Upgraded, Respond>;

  // Takes the request's bytes off the front of `input`. Not to be called after another answer than
  // NeedMore.
  [[nodiscard]] Answer Take(std::span<const std::byte>& input);

  // After the answer: the client that a trusted proxy named.
  [[nodiscard]] const std::optional<PeerAddress>& client() const { return client_; }

 private:
  [[nodiscard]] Answer AnswerTo(const websocket::Request& request);
  [[nodiscard]] Answer AnswerUpgrade(const websocket::Request& request) const;
  [[nodiscard]] Answer AnswerFile(const websocket::Request& request) const;

  const HandshakeRules& rules_;
  const bool tls_;
  const bool from_proxy_;
  std::optional<PeerAddress> client_;
  websocket::HeadReader reader_;
};

// Base64(SHA-1(key + GUID)), RFC 6455 section 4.2.2.
std::string AcceptValue(std::string_view key);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_HANDSHAKE_H_
