// What the bridge needs to know to start. The hub's config (config.proto: Bridge, BridgeListener)
// says what each value means; the limits here are its defaults.
#ifndef ROOMCAST_BRIDGE_BRIDGE_CONFIG_H_
#define ROOMCAST_BRIDGE_BRIDGE_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bridge/tls_credentials.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {

enum class Role : std::uint8_t { kPublish = 0, kRead = 1, kManage = 2, kAdmin = 3 };

struct BridgeKey {
  std::string name;
  // 64 hexadecimal digits. The key itself is never kept.
  std::string sha256;
  // None: the key opens nothing.
  std::vector<Role> roles;
  // Empty: every namespace.
  std::vector<std::string> namespaces;
  // Publications. 0: no limit.
  std::uint32_t publishes_per_second = 0;
  std::uint32_t publish_burst = 0;  // 0: as many as in a second
  std::size_t publication_bytes_max = kPublicationDataBytesMax;

  friend bool operator==(const BridgeKey&, const BridgeKey&) = default;
};

// A caller that its certificate names, instead of a key.
struct BridgeCertificate {
  // A subject alternative name: a DNS name or a URI, to the letter.
  std::string subject;
  // Its sha256 means nothing.
  BridgeKey rights;
};

struct BridgeConfig {
  // An IP address, or `localhost`.
  std::string address = "127.0.0.1";
  // 0: any free one; BridgeServer::port() says which.
  std::uint16_t port = 8081;
  // With a loopback address: keys may be absent, and then everybody may do everything.
  bool development = false;
  // Keys may cross a network in the clear.
  bool plaintext_keys = false;
  std::vector<BridgeKey> keys;
  // They need an identity with a client_ca.
  std::vector<BridgeCertificate> certificates;
  // None: the bridge speaks in the clear. Outlives the server.
  IdentitySource identity;
  bool reflection = true;
  std::size_t message_bytes_max = 4 * 1024 * 1024;
  std::size_t metadata_bytes_max = 8 * 1024;
  // On one connection.
  std::uint32_t streams_max = 1000;
  // Of PublishStream, in the whole hub.
  std::size_t publish_streams_max = 1024;
  // 0: connections may grow old.
  std::int64_t connection_age_ms = 0;
  std::int64_t connection_age_grace_ms = 30'000;
};

// A broadcast is one call: its rooms wait in one answer, and share one deadline.
inline constexpr int kBroadcastRoomsMax = 1000;
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BRIDGE_CONFIG_H_
