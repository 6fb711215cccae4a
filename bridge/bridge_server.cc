#include "bridge/bridge_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bridge/listen_address.h"
#include "bridge/reflection_service.h"
#include "bridge/tls_credentials.h"
#include "bridge/unreadable_request.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {
namespace {

// Long streams carry their own beats, so HTTP/2 pings need only find dead machines: rarely, and
// also where no call is under way. A caller that pings more often than this is sent away
// (too_many_pings).
constexpr int kPingAfterMs = 120'000;
constexpr int kPingPatienceMs = 20'000;
constexpr int kCallersPingsApartMs = 10'000;
constexpr int kPingStrikesMax = 2;

// Where gRPC itself refuses metadata it loses its place in the connection's header compression, and
// all calls of the connection fail. So its own limit lies this far above ours, which refuses one
// call.
constexpr std::size_t kMetadataSlackBytes = 64 * 1024;

absl::Status FaultIn(const BridgeConfig& config, const ListenAddress& address) {
  const bool open = config.keys.empty() && config.certificates.empty();
  if (!config.certificates.empty() && (!config.identity || config.identity()->client_ca.empty())) {
    return absl::InvalidArgumentError(
        "bridge certificates: the bridge asks for none: it needs TLS with a client_ca");
  }
  if (open && !(config.development && address.IsLoopback())) {
    return absl::InvalidArgumentError(
        absl::StrCat("the bridge on ", address.ToString(),
                     " needs keys: only on loopback and in development may it do without"));
  }
  if (!address.IsLoopback() && !config.plaintext_keys && !config.identity) {
    return absl::InvalidArgumentError(
        absl::StrCat("the bridge on ", address.ToString(),
                     " would take keys in the clear: say plaintext_keys, or listen on loopback"));
  }
  return absl::OkStatus();
}

int AsArgument(std::uint64_t value) {
  return static_cast<int>(std::min<std::uint64_t>(value, std::numeric_limits<int>::max()));
}

void SetLimits(const BridgeConfig& config, grpc::ServerBuilder& builder) {
  const int message_bytes = AsArgument(config.message_bytes_max);
  builder.SetMaxReceiveMessageSize(message_bytes);
  builder.SetMaxSendMessageSize(message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                             AsArgument(config.metadata_bytes_max + kMetadataSlackBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, AsArgument(config.streams_max));
  if (config.connection_age_ms > 0) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               AsArgument(config.connection_age_ms));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               AsArgument(config.connection_age_grace_ms));
  }
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingAfterMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingPatienceMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kCallersPingsApartMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kPingStrikesMax);
  // A second hub on the same port must fail, not share it.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

BridgeServer::BridgeServer(const BridgeConfig& config, const ListenAddress& address, KeyRing keys,
                           RoomGateway& gateway, BridgeObserver& observer)
    : config_(config),
      address_(address),
      admission_(std::move(keys), config.metadata_bytes_max),
      service_(admission_, gateway, observer, config.publish_streams_max) {}

BridgeServer::~BridgeServer() { Shutdown(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<BridgeServer>> BridgeServer::Start(const BridgeConfig& config,
                                                                  RoomGateway& gateway,
                                                                  BridgeObserver& observer) {
  absl::StatusOr<ListenAddress> address = ListenAddress::Parse(config.address, config.port);
  if (!address.ok()) return address.status();
  if (absl::Status fault = FaultIn(config, *address); !fault.ok()) return fault;
  absl::StatusOr<KeyRing> keys = KeyRing::Parse(config.keys, config.certificates);
  if (!keys.ok()) return keys.status();
  if (absl::Status probed = address->Probe(); !probed.ok()) return probed;

  std::unique_ptr<BridgeServer> bridge(
      new BridgeServer(config, *address, *std::move(keys), gateway, observer));
  // Of the whole process, and read when a server is built.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(config, builder);
  builder.RegisterService(&bridge->service_);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> watchers;
  watchers.push_back(WatchForUnreadableRequests(BridgeService::UnaryMethods(), observer));
  builder.experimental().SetInterceptorCreators(std::move(watchers));
  if (config.reflection) {
    bridge->reflection_ = MakeReflectionServices(bridge->admission_, observer);
    for (const auto& service : bridge->reflection_) builder.RegisterService(service.get());
  }
  int port = 0;
  bridge->credentials_ =
      config.identity ? MakeTlsCredentials(config.identity) : grpc::InsecureServerCredentials();
  builder.AddListeningPort(address->ToString(), bridge->credentials_, &port);
  bridge->server_ = builder.BuildAndStart();
  if (bridge->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("the bridge cannot listen on ", address->ToString()));
  }
  bridge->port_ = static_cast<std::uint16_t>(port);
  bridge->SetServing(true);
  return bridge;
}

void BridgeServer::SetServing(bool serving) {
  if (server_ == nullptr) return;
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  health->SetServingStatus(v1::Bridge::service_full_name(), serving);
}

absl::Status BridgeServer::UseKeys(const BridgeConfig& wanted, bool dry_run) {
  BridgeConfig config = config_;
  config.keys = wanted.keys;
  config.certificates = wanted.certificates;
  if (absl::Status fault = FaultIn(config, address_); !fault.ok()) return fault;
  absl::StatusOr<KeyRing> keys = KeyRing::Parse(wanted.keys, wanted.certificates);
  if (!keys.ok() || dry_run) return keys.status();
  admission_.Use(*std::move(keys));
  service_.TellStreamsOfKeys();
  return absl::OkStatus();
}

void BridgeServer::Shutdown(std::chrono::milliseconds patience) {
  if (server_ == nullptr) return;
  SetServing(false);
  service_.StopStreams();
  server_->Shutdown(std::chrono::system_clock::now() + patience);
  server_->Wait();
  server_.reset();
}

}  // namespace roomcast::bridge
