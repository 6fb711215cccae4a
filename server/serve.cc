#include "server/serve.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bridge/bridge_server.h"
#include "server/auth/token_verifier.h"
#include "server/bridge_metrics.h"
#include "server/certificate.h"
#include "server/config_conversion.h"
#include "server/engine/memory_engine.h"
#include "server/main_desk.h"
#include "server/net/clock.h"
#include "server/net/hub_server.h"
#include "server/net/operations.h"
#include "server/openssl_secrets.h"
#include "server/ops/config.h"
#include "server/ops/config_difference.h"
#include "server/ops/log.h"
#include "server/ops/memory_guard.h"
#include "server/ops/metrics.h"
#include "server/ops/ops_server.h"
#include "server/ops/static_files.h"
#include "server/ops/stats_text.h"
#include "server/ops/watched_files.h"
#include "server/token_authenticator.h"
#include "server/token_for_backend.h"
#include "server/token_keys.h"

namespace roomcast {
namespace {

constexpr int kCannotListen = 1;
constexpr int kBadConfig = 2;
// How long calls of backends that are under way may take to end.
constexpr std::chrono::milliseconds kBridgePatience(2000);
// Long enough for last words to leave, where somebody has no patience.
constexpr std::chrono::milliseconds kImpatience(200);

using Clock = std::chrono::steady_clock;

int Fail(int code, const absl::Status& status) {
  std::cerr << "roomcast: " << status.message() << "\n";
  return code;
}

sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Every connection is a descriptor: take as many as we may. Returns how many the public port may
// use: the last ones are for operators and backends, and for files that are read anew.
int RaiseDescriptorLimit() {
  constexpr rlim_t kReserveMax = 128;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur > std::numeric_limits<int>::max()) return 0;
  return static_cast<int>(limit.rlim_cur - std::min(kReserveMax, limit.rlim_cur / 4));
}

absl::Status AtDoor(std::string_view path, const absl::Status& status) {
  return {status.code(), absl::StrCat(std::string(path), ": ", status.message())};
}

// The parts of a running hub, in the order of their lives: later ones use earlier ones.
class Hub : public net::Operations {
 public:
  // `descriptors`: how many of them the public port may use; 0: all.
  // `key_files` were looked at before `keys` were read from them, so that no change is missed.
  Hub(ops::ConfigSources sources, const v1::Config& config, MainDesk& desk,
      ops::WatchedFiles key_files, std::shared_ptr<const auth::TokenVerifier> keys, int descriptors)
      : sources_(std::move(sources)),
        config_(config),
        desk_(desk),
        descriptors_(descriptors),
        memory_guard_(config.memory().resident_bytes()),
        hub_config_(HubConfigFrom(config, secrets_)),
        log_(LogLevelFrom(config)),
        metrics_(hub_config_.shards, ROOMCAST_VERSION),
        authenticator_(std::move(keys), metrics_.Shared()),
        bridge_metrics_(metrics_.Shared()),
        key_files_(std::move(key_files)),
        drain_config_(config.drain()) {}

  absl::Status Start();
  // The main thread's: until nobody is left, or a second signal ends it at once. True: it did.
  bool Run();
  // What is left is told that the hub stops, and closed.
  void Stop(bool at_once);

  // net::Operations
  Milliseconds Drain(std::optional<Milliseconds> notice,
                     std::optional<Milliseconds> spread) override;
  void Reload(bool dry_run, ReloadDone done) override;
  void MintToken(Wanted wanted, MintDone done) override;

 private:
  absl::Status StartPublic();
  absl::Status StartOps();
  absl::Status StartBridge();
  // Certificates and token keys are read again if their files have changed; memory is looked at;
  // and who reads the hub's figures is told them.
  void EverySecond();
  void ReloadKeys();
  // Certificates and the config are read again, at an operator's wish.
  void ReloadAll();
  ReloadAnswer ReloadConfig(bool dry_run);
  void BeginDrain(Milliseconds notice, Milliseconds spread);
  [[nodiscard]] bool IsDrained() const;

  void LookAtMemory();
  // To who reads it.
  void PublishStats();
  std::unique_ptr<hub::Engine> MakeEngine();

  const ops::ConfigSources sources_;
  v1::Config config_;  // as it holds now; the main thread's
  MainDesk& desk_;
  const int descriptors_;
  ops::MemoryGuard memory_guard_;
  OpensslSecrets secrets_;
  const hub::HubConfig hub_config_;
  ops::Log log_;
  ops::Metrics metrics_;
  TokenAuthenticator authenticator_;
  BridgeMetrics bridge_metrics_;
  std::optional<ops::StaticFiles> files_;
  std::unique_ptr<Certificate> public_certificate_;
  std::unique_ptr<Certificate> bridge_certificate_;
  ops::WatchedFiles key_files_;
  const Instant started_ = net::ReadClocks().instant;
  std::atomic<bool> ready_{false};
  std::atomic<bool> stopping_{false};
  std::mutex drain_mutex_;
  v1::Config::Drain drain_config_;               // under it
  std::optional<Clock::time_point> drained_by_;  // under it; it was asked for
  bool draining_ = false;                        // it has begun
  std::unique_ptr<ops::OpsServer> ops_;
  std::unique_ptr<net::HubServer> server_;
  std::unique_ptr<bridge::BridgeServer> bridge_;
};

std::unique_ptr<hub::Engine> Hub::MakeEngine() {
  std::uint64_t epoch_seed = 0;
  secrets_.Fill(reinterpret_cast<char*>(&epoch_seed), sizeof(epoch_seed));
  return std::make_unique<engine::MemoryEngine>(hub_config_.hash_key, epoch_seed,
                                                EngineLimitsFrom(config_, hub_config_.shards));
}

absl::Status Hub::StartPublic() {
  net::HubServerConfig server_config = HubServerConfigFrom(config_);
  const auto& listener = config_.listeners().public_();
  if (!listener.static_dir().empty()) {
    auto files =
        ops::StaticFiles::Load(listener.static_dir(), {.reload = listener.static_reload()});
    if (!files.ok()) return files.status();
    files_ = *std::move(files);
    server_config.connection.handshake.files = &*files_;
  }
  if (listener.has_tls()) {
    auto certificate = Certificate::Load({"public", ops::Gauge::kPublicCertificateExpires},
                                         listener.tls(), log_, metrics_.Shared());
    if (!certificate.ok()) return AtDoor("listeners.public.tls", certificate.status());
    public_certificate_ = *std::move(certificate);
    server_config.connection.tls = &public_certificate_->tls();
  }
  server_config.descriptors_max = descriptors_;
  auto server = net::HubServer::Start(
      std::move(server_config), hub_config_,
      {authenticator_, secrets_, metrics_, config_.log().connections() ? &log_ : nullptr,
       [this](hub::ShardId) { return MakeEngine(); }, this});
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

absl::Status Hub::StartOps() {
  const auto& listener = config_.listeners().ops();
  auto ops = ops::OpsServer::Start(
      listener.address(), static_cast<std::uint16_t>(listener.port()),
      [this] {
        return ops::Health{.ready = ready_, .reason = stopping_ ? "draining" : "starting"};
      },
      [this] { return metrics_.Text(); });
  if (!ops.ok()) return ops.status();
  ops_ = *std::move(ops);
  return absl::OkStatus();
}

// A bad file changes nothing.
void Hub::ReloadKeys() {
  auto keys = LoadTokenKeys(config_);
  const bool good = keys.ok();
  const std::string why(keys.status().message());
  if (good) authenticator_.Use(*std::move(keys));
  log_.Write(good ? ops::LogLevel::kInfo : ops::LogLevel::kError,
             good ? "token keys read anew" : "token keys kept as they were", {{"reason", why}});
}

absl::Status Hub::StartBridge() {
  bridge::BridgeConfig bridge_config = BridgeConfigFrom(config_);
  const auto& listener = config_.listeners().bridge();
  if (listener.has_tls()) {
    auto certificate = Certificate::Load({"bridge", ops::Gauge::kBridgeCertificateExpires},
                                         listener.tls(), log_, metrics_.Shared());
    if (!certificate.ok()) return AtDoor("listeners.bridge.tls", certificate.status());
    bridge_certificate_ = *std::move(certificate);
    bridge_config.identity = [certificate = bridge_certificate_.get()] {
      return certificate->identity();
    };
  }
  auto bridge = bridge::BridgeServer::Start(bridge_config, server_->gateway(), bridge_metrics_);
  if (!bridge.ok()) return bridge.status();
  bridge_ = *std::move(bridge);
  return absl::OkStatus();
}

absl::Status Hub::Start() {
  if (absl::Status status = StartOps(); !status.ok()) return status;
  if (absl::Status status = StartPublic(); !status.ok()) return status;
  if (absl::Status status = StartBridge(); !status.ok()) return status;
  ready_ = true;
  log_.Write(ops::LogLevel::kInfo, "listening",
             {{"version", std::string_view(ROOMCAST_VERSION)},
              {"instance", hub_config_.instance},
              {"node", hub_config_.node},
              {"shards", hub_config_.shards},
              {"public_port", server_->port()},
              {"bridge_port", bridge_->port()},
              {"ops_port", ops_->port()},
              {"public_tls", public_certificate_ != nullptr},
              {"bridge_tls", bridge_certificate_ != nullptr},
              {"development", config_.development()}});
  return absl::OkStatus();
}

void Hub::ReloadAll() {
  log_.Write(ops::LogLevel::kInfo, "reloading");
  if (public_certificate_) public_certificate_->Reload();
  if (bridge_certificate_) bridge_certificate_->Reload();
  const ReloadAnswer answer = ReloadConfig(/*dry_run=*/false);
  if (const auto* why = std::get_if<std::string>(&answer)) {
    log_.Write(ops::LogLevel::kError, "config kept as it was", {{"reason", *why}});
    // The keys' files may have changed all the same.
    return ReloadKeys();
  }
  const auto& reloaded = std::get<Reloaded>(answer);
  log_.Write(ops::LogLevel::kInfo, "config read anew",
             {{"changed", absl::StrJoin(reloaded.changed, ", ")},
              {"needs_restart", absl::StrJoin(reloaded.needs_restart, ", ")}});
}

net::Operations::ReloadAnswer Hub::ReloadConfig(bool dry_run) {
  const absl::StatusOr<v1::Config> wanted = ops::LoadConfig(sources_);
  if (!wanted.ok()) return std::string(wanted.status().message());
  ops::ConfigDifference difference = ops::CompareConfigs(config_, *wanted);
  ops::WatchedFiles key_files(TokenKeyFiles(difference.merged));
  auto keys = LoadTokenKeys(difference.merged);
  if (!keys.ok()) return std::string(keys.status().message());
  Reloaded reloaded{std::move(difference.changed), std::move(difference.needs_restart)};
  const absl::Status callers = bridge_->UseKeys(BridgeConfigFrom(difference.merged), dry_run);
  if (!callers.ok()) return std::string(callers.message());
  if (dry_run) return reloaded;
  // From here on nothing can fail.
  config_ = std::move(difference.merged);
  key_files_ = std::move(key_files);
  authenticator_.Use(*std::move(keys));
  log_.SetLevel(LogLevelFrom(config_));
  {
    const std::lock_guard lock(drain_mutex_);
    drain_config_ = config_.drain();
  }
  if (!reloaded.changed.empty()) server_->Reconfigure(HubConfigFrom(config_, secrets_));
  return reloaded;
}

void Hub::Reload(bool dry_run, ReloadDone done) {
  desk_.Post([this, dry_run, done = std::move(done)]() mutable {
    std::move(done)(ReloadConfig(dry_run));
  });
}

void Hub::MintToken(Wanted wanted, MintDone done) {
  desk_.Post([this, wanted = std::move(wanted), done = std::move(done)]() mutable {
    std::move(done)(MintTokenAs(config_, wanted));
  });
}

net::Operations::Milliseconds Hub::Drain(std::optional<Milliseconds> notice,
                                         std::optional<Milliseconds> spread) {
  const std::lock_guard lock(drain_mutex_);
  const auto now = Clock::now();
  if (drained_by_) {
    return std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(*drained_by_ - now));
  }
  const Milliseconds first = notice.value_or(Milliseconds(drain_config_.notice_ms()));
  const Milliseconds then = spread.value_or(Milliseconds(drain_config_.spread_ms()));
  drained_by_ = now + first + then;
  desk_.Post([this, first, then] { BeginDrain(first, then); });
  return first + then;
}

void Hub::BeginDrain(Milliseconds notice, Milliseconds spread) {
  log_.Write(ops::LogLevel::kInfo, "draining",
             {{"notice_ms", notice.count()}, {"spread_ms", spread.count()}});
  draining_ = true;
  stopping_ = true;
  ready_ = false;
  bridge_->SetServing(false);
  if (notice + spread > Milliseconds(0)) server_->Drain(notice, spread);
}

bool Hub::IsDrained() const {
  return draining_ && (Clock::now() >= *drained_by_ || server_->IsDrained());
}

void Hub::EverySecond() {
  if (public_certificate_) public_certificate_->ReloadIfChanged();
  if (bridge_certificate_) bridge_certificate_->ReloadIfChanged();
  if (key_files_.Changed()) ReloadKeys();
  if (memory_guard_.enabled()) LookAtMemory();
  if (metrics_.Total(ops::Gauge::kStatsReaders) > 0) PublishStats();
}

void Hub::PublishStats() {
  const Now now = net::ReadClocks();
  server_->PublishStats(ops::StatsText(
      metrics_,
      {hub_config_.instance, hub_config_.node, ops::ResidentBytes(), ops::CpuMicroseconds(),
       Microseconds(now.instant - started_), Microseconds(now.wall)}));
}

void Hub::LookAtMemory() {
  // What was freed since is the system's only once it is given back.
  if (memory_guard_.is_short()) malloc_trim(0);
  const std::uint64_t resident = ops::ResidentBytes();
  if (!memory_guard_.Look(resident)) return;
  server_->doorman().SetMemoryShort(memory_guard_.is_short());
  metrics_.Shared().Set(ops::Gauge::kMemoryShort, memory_guard_.is_short() ? 1 : 0);
  log_.Write(ops::LogLevel::kWarning,
             memory_guard_.is_short() ? "memory is short: new connections are refused"
                                      : "memory suffices again",
             {{"resident_bytes", resident}, {"limit_bytes", config_.memory().resident_bytes()}});
}

void Hub::Stop(bool at_once) {
  log_.Write(ops::LogLevel::kInfo, "stopping");
  bridge_->Shutdown(at_once ? kImpatience : kBridgePatience);
  // Long enough for each client to answer our close.
  const Milliseconds close(config_.timeouts().close_ms());
  server_->Stop(at_once ? kImpatience : close + std::chrono::seconds(1));
  log_.Write(ops::LogLevel::kInfo, "stopped");
}

bool Hub::Run() {
  constexpr Milliseconds kSecond(1000);
  // How soon it is seen that the last one has gone.
  constexpr Milliseconds kDrainLook(20);
  Clock::time_point look_at = Clock::now() + kSecond;
  while (!IsDrained()) {
    const int signal = desk_.Wait(draining_ ? kDrainLook : kSecond);
    if (signal == SIGHUP) {
      ReloadAll();
    } else if (signal > 0) {
      if (draining_) return true;
      Drain(std::nullopt, std::nullopt);
    }
    if (Clock::now() < look_at) continue;
    look_at = Clock::now() + kSecond;
    EverySecond();
  }
  return false;
}

}  // namespace

int RunServe(const std::vector<std::string>& flags) {
  const absl::StatusOr<ops::ConfigSources> sources = ops::ParseServeFlags(flags);
  if (!sources.ok()) return Fail(kBadConfig, sources.status());
  const absl::StatusOr<v1::Config> config = ops::LoadConfig(*sources);
  if (!config.ok()) return Fail(kBadConfig, config.status());

  ops::WatchedFiles key_files(TokenKeyFiles(*config));
  auto keys = LoadTokenKeys(*config);
  if (!keys.ok()) return Fail(kBadConfig, keys.status());

  const int descriptors = RaiseDescriptorLimit();
  std::signal(SIGPIPE, SIG_IGN);
  // Blocked before there is another thread, so that only the wait below takes them.
  const sigset_t signals = OurSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  MainDesk desk(signals);
  Hub hub(*sources, *config, desk, std::move(key_files), *std::move(keys), descriptors);
  if (const absl::Status status = hub.Start(); !status.ok()) {
    const bool config_is_wrong = absl::IsInvalidArgument(status) || absl::IsNotFound(status);
    return Fail(config_is_wrong ? kBadConfig : kCannotListen, status);
  }
  const bool at_once = hub.Run();
  // From here on a signal has its usual effect: somebody has lost patience.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  hub.Stop(at_once);
  return 0;
}

}  // namespace roomcast
