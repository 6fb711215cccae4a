#ifndef ROOMCAST_SERVER_CERTIFICATE_H_
#define ROOMCAST_SERVER_CERTIFICATE_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bridge/tls_credentials.h"
#include "roomcast/v1/config.pb.h"
#include "server/net/tls_context.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"
#include "server/ops/watched_files.h"

namespace roomcast {

// One door's certificate and key: read at the start, and again when the files change or when asked
// to. What does not fit together changes nothing, and is logged and counted. Connections that are
// open keep what they began with.
//
// The main thread loads; any thread may ask what to show.
class Certificate {
 public:
  // Whose it is: its name in the log, a literal, and the gauge that says when it expires.
  struct Door {
    std::string_view name;
    ops::Gauge expires;
  };
  // Log and metrics outlive this. An error names what does not fit.
  static absl::StatusOr<std::unique_ptr<Certificate>> Load(const Door& door,
                                                           const v1::Config::Tls& config,
                                                           ops::Log& log,
                                                           ops::SharedMetrics& metrics);

  void Reload();
  void ReloadIfChanged();

  // For the public port.
  net::CurrentTls& tls() { return tls_; }
  // For the bridge.
  [[nodiscard]] std::shared_ptr<const bridge::BridgeIdentity> identity() const;

 private:
  struct Pair {
    std::shared_ptr<const net::TlsContext> context;
    std::shared_ptr<const bridge::BridgeIdentity> identity;
  };
  static absl::StatusOr<Pair> Read(const net::TlsFiles& files);
  Certificate(const Door& door, net::TlsFiles files, ops::WatchedFiles watched, Pair pair,
              ops::Log& log, ops::SharedMetrics& metrics);
  void Tell(const net::TlsContext& context);

  const Door door_;
  const net::TlsFiles files_;
  ops::Log& log_;
  ops::SharedMetrics& metrics_;
  ops::WatchedFiles watched_;
  net::CurrentTls tls_;
  mutable std::mutex mutex_;
  std::shared_ptr<const bridge::BridgeIdentity> identity_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_CERTIFICATE_H_
