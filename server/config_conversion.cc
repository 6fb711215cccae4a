#include "server/config_conversion.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "server/hub/stats_room.h"

namespace roomcast {
namespace {

Duration FromMs(std::uint64_t ms) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
}

hub::Who WhoFrom(v1::Config::Access access) {
  switch (access) {
    case v1::Config::ACCESS_BACKEND:
      return hub::Who::kBackendOnly;
    case v1::Config::ACCESS_MEMBER:
      return hub::Who::kMember;
    case v1::Config::ACCESS_USER:
      return hub::Who::kUser;
    case v1::Config::ACCESS_ANYONE:
      return hub::Who::kAnyone;
    default:
      return hub::Who::kNobody;
  }
}

hub::NamespaceConfig NamespaceFrom(const v1::Config::Namespace& from) {
  hub::NamespaceConfig to;
  to.name = from.name();
  to.delivery = from.delivery() == v1::Config::DELIVERY_DROPPABLE ? Delivery::kDroppable
                                                                  : Delivery::kReliable;
  to.keep.bytes = from.history().bytes();
  to.keep.messages = from.history().messages();
  to.keep.ttl = FromMs(from.history().ttl_ms());
  to.may_join = WhoFrom(from.access().join());
  to.may_publish = WhoFrom(from.access().publish());
  to.may_read_history = WhoFrom(from.access().history());
  to.may_see_presence = WhoFrom(from.access().presence());
  to.capacity = from.capacity();
  to.publishes_per_second = from.rates().publishes_per_second();
  to.publish_burst = from.rates().publish_burst();
  to.presence.mode = static_cast<PresenceInterest>(from.presence().mode());
  to.presence.grace = FromMs(from.presence().grace_ms());
  to.presence.members_max = from.presence().members_max();
  return to;
}

std::string NodeFrom(const v1::Config& config) {
  if (!config.node().empty()) return config.node();
  std::array<char, 65> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "roomcast";
  return host.data();
}

std::string Hexadecimal(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4)
    text[i] = "0123456789abcdef"[number & 15];
  return text;
}

std::uint64_t RandomNumber(hub::Secrets& secrets) {
  std::uint64_t number = 0;
  secrets.Fill(reinterpret_cast<char*>(&number), sizeof(number));
  return number;
}

}  // namespace

hub::HubConfig HubConfigFrom(const v1::Config& config, hub::Secrets& secrets) {
  hub::HubConfig hub;
  const std::uint32_t shards =
      config.shards() > 0 ? config.shards() : std::thread::hardware_concurrency();
  hub.shards = static_cast<std::uint16_t>(std::max(shards, 1u));
  hub.instance = Hexadecimal(RandomNumber(secrets));
  hub.node = NodeFrom(config);
  hub.hash_key = {RandomNumber(secrets), RandomNumber(secrets)};
  hub.anonymous = config.auth().anonymous() != v1::Config::ANONYMOUS_NONE;
  hub.hello_deadline = FromMs(config.timeouts().hello_ms());
  hub.ping_interval = FromMs(config.heartbeat().interval_ms());
  hub.ping_grace = FromMs(config.heartbeat().grace_ms());
  hub.rooms_per_connection = config.limits().rooms_per_session();
  hub.recovery_page_bytes = config.outbox().recovery_page_bytes();
  hub.publishes_per_second = config.limits().publishes_per_second();
  hub.publish_burst = config.limits().publish_burst();
  hub.joins_per_second = config.limits().joins_per_second();
  hub.join_burst = config.limits().join_burst();
  hub.commands_per_second = config.limits().commands_per_second();
  hub.command_burst = config.limits().command_burst();
  hub.user_rate_factor = config.limits().user_rate_factor();
  hub.resume_window = FromMs(config.sessions().resume_window_ms());
  hub.parked_max = config.sessions().parked_max();
  hub.parked_bytes_max = config.sessions().parked_bytes();
  hub.sessions_per_user = config.sessions().per_user_max();
  hub.member_data_bytes = config.limits().member_data_bytes();
  hub.dedupe_window = FromMs(config.dedupe().window_ms());
  hub.dedupe_producers = config.dedupe().producers_per_room();
  hub.dedupe_keys = config.dedupe().keys_max();
  hub.rooms_max = config.memory().rooms_max() > 0 ? config.memory().rooms_max() : SIZE_MAX;
  for (const auto& one : config.namespaces()) hub.namespaces.push_back(NamespaceFrom(one));
  hub.namespaces.push_back(hub::StatsNamespace());
  return hub;
}

engine::MemoryEngine::Limits EngineLimitsFrom(const v1::Config& config, std::size_t shards) {
  const auto& memory = config.memory();
  return {memory.history_bytes() / shards, (memory.positions_max() + shards - 1) / shards,
          FromMs(memory.positions_ttl_ms())};
}

net::HubServerConfig HubServerConfigFrom(const v1::Config& config) {
  net::HubServerConfig server;
  const auto& listener = config.listeners().public_();
  server.address = listener.address();
  server.port = static_cast<std::uint16_t>(listener.port());
  server.backlog = static_cast<int>(listener.backlog());
  server.mailbox = {config.memory().mailbox_messages(), config.memory().mailbox_bytes()};
  server.version = ROOMCAST_VERSION;
  server.development = config.development();
  server.watch_streams_max = config.bridge().watch_streams_max();

  net::ConnectionConfig& connection = server.connection;
  connection.handshake.websocket_path = listener.path();
  connection.handshake.head.head_bytes_max = config.limits().request_head_bytes();
  connection.handshake.head.headers_max = config.limits().request_headers();
  connection.handshake.allowed_origins = {listener.allowed_origins().begin(),
                                          listener.allowed_origins().end()};
  for (const std::string& proxy : listener.trusted_proxies()) {
    if (const auto network = net::IpNetwork::Parse(proxy)) {
      connection.handshake.trusted_proxies.push_back(*network);
    }
  }
  server.limits.per_address = {config.limits().connections_per_address(),
                               config.limits().accepts_per_address_per_second()};
  server.limits.websockets = config.memory().connections_max();
  connection.frames.message_bytes_max =
      static_cast<std::uint32_t>(config.limits().message_bytes() + kPublicationOverheadBytesMax);
  connection.frames.fragments_max = config.limits().fragments();
  connection.before_welcome_bytes =
      static_cast<std::uint32_t>(config.limits().before_welcome_bytes());
  connection.handshake.compression = config.compression().enabled();
  connection.compression = {static_cast<int>(config.compression().level()),
                            config.compression().above_bytes()};
  connection.outbox = {config.outbox().soft_bytes(), config.outbox().hard_bytes()};
  connection.stall = FromMs(config.outbox().stall_ms());
  connection.tls_deadline = FromMs(config.timeouts().tls_handshake_ms());
  connection.upgrade_deadline = FromMs(config.timeouts().upgrade_ms());
  connection.close_deadline = FromMs(config.timeouts().close_ms());
  connection.control_frames = config.limits().control_frames();
  connection.control_window = FromMs(config.limits().control_window_ms());
  connection.peer_lost_after =
      FromMs(config.heartbeat().interval_ms() + config.heartbeat().grace_ms());
  connection.socket.user_timeout = connection.peer_lost_after + Duration(5s);
  return server;
}

namespace {

// Of a key, and of a certificate, which has no hash.
template <class From>
bridge::BridgeKey RightsFrom(const From& from) {
  bridge::BridgeKey key;
  key.name = from.name();
  for (const int role : from.roles()) key.roles.push_back(static_cast<bridge::Role>(role));
  key.namespaces = {from.namespaces().begin(), from.namespaces().end()};
  key.publishes_per_second = from.publishes_per_second();
  key.publish_burst = from.publish_burst();
  key.publication_bytes_max = from.publication_bytes();
  return key;
}

}  // namespace

bridge::BridgeConfig BridgeConfigFrom(const v1::Config& config) {
  bridge::BridgeConfig bridge;
  const auto& listener = config.listeners().bridge();
  bridge.address = listener.address();
  bridge.port = static_cast<std::uint16_t>(listener.port());
  bridge.development = config.development();
  bridge.plaintext_keys = listener.plaintext_keys();
  for (const auto& from : config.bridge().keys()) {
    bridge::BridgeKey key = RightsFrom(from);
    key.sha256 = from.sha256();
    bridge.keys.push_back(std::move(key));
  }
  for (const auto& from : config.bridge().certificates()) {
    bridge.certificates.push_back({from.subject(), RightsFrom(from)});
  }
  bridge.reflection = config.bridge().reflection();
  bridge.message_bytes_max = config.bridge().message_bytes();
  bridge.metadata_bytes_max = config.bridge().metadata_bytes();
  bridge.streams_max = config.bridge().streams_max();
  bridge.publish_streams_max = config.bridge().publish_streams_max();
  bridge.connection_age_ms = static_cast<std::int64_t>(config.bridge().connection_age_ms());
  bridge.connection_age_grace_ms =
      static_cast<std::int64_t>(config.bridge().connection_age_grace_ms());
  return bridge;
}

auth::TokenRules TokenRulesFrom(const v1::Config& config) {
  const auto& from = config.auth();
  return {from.audience(), from.issuer(),
          std::chrono::milliseconds(static_cast<std::int64_t>(from.clock_skew_ms()))};
}

ops::LogLevel LogLevelFrom(const v1::Config& config) {
  switch (config.log().level()) {
    case v1::Config::LOG_LEVEL_DEBUG:
      return ops::LogLevel::kDebug;
    case v1::Config::LOG_LEVEL_WARNING:
      return ops::LogLevel::kWarning;
    case v1::Config::LOG_LEVEL_ERROR:
      return ops::LogLevel::kError;
    default:
      return ops::LogLevel::kInfo;
  }
}

}  // namespace roomcast
