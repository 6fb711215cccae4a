#include "server/certificate.h"

#include <utility>

#include "server/net/tls_identity.h"

namespace roomcast {

absl::StatusOr<Certificate::Pair> Certificate::Read(const net::TlsFiles& files) {
  auto read = net::ReadTlsIdentity(files);
  if (!read.ok()) return read.status();
  auto context = net::TlsContext::Make(*read);
  if (!context.ok()) return context.status();
  auto identity = std::make_shared<const bridge::BridgeIdentity>(bridge::BridgeIdentity{
      std::move(read->certificate_chain), std::move(read->key), std::move(read->client_ca)});
  return Pair{*std::move(context), std::move(identity)};
}

absl::StatusOr<std::unique_ptr<Certificate>> Certificate::Load(const Door& door,
                                                               const v1::Config::Tls& config,
                                                               ops::Log& log,
                                                               ops::SharedMetrics& metrics) {
  net::TlsFiles files{config.certificate_file(), config.key_file(), config.client_ca_file()};
  // Before they are read, so that no change is missed.
  ops::WatchedFiles watched({files.certificate, files.key, files.client_ca});
  absl::StatusOr<Pair> pair = Read(files);
  if (!pair.ok()) return pair.status();
  return std::unique_ptr<Certificate>(
      new Certificate(door, std::move(files), std::move(watched), *std::move(pair), log, metrics));
}

Certificate::Certificate(const Door& door, net::TlsFiles files, ops::WatchedFiles watched,
                         Pair pair, ops::Log& log, ops::SharedMetrics& metrics)
    : door_(door),
      files_(std::move(files)),
      log_(log),
      metrics_(metrics),
      watched_(std::move(watched)),
      tls_(std::move(pair.context)),
      identity_(std::move(pair.identity)) {
  Tell(*tls_.Get());
}

void Certificate::ReloadIfChanged() {
  if (watched_.Changed()) Reload();
}

void Certificate::Reload() {
  absl::StatusOr<Pair> pair = Read(files_);
  if (!pair.ok()) {
    metrics_.Count(ops::CertificateReload::kRefused);
    const std::string reason(pair.status().message());
    log_.Write(ops::LogLevel::kError, "certificate refused, the old one stays",
               {{"door", door_.name}, {"reason", reason}});
    return;
  }
  Tell(*pair->context);
  tls_.Replace(std::move(pair->context));
  {
    const std::lock_guard lock(mutex_);
    identity_ = std::move(pair->identity);
  }
  metrics_.Count(ops::CertificateReload::kLoaded);
}

void Certificate::Tell(const net::TlsContext& context) {
  log_.Write(ops::LogLevel::kInfo, "certificate loaded",
             {{"door", door_.name}, {"expires_at", context.expires_at()}});
  metrics_.Set(door_.expires, context.expires_at());
}

std::shared_ptr<const bridge::BridgeIdentity> Certificate::identity() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

}  // namespace roomcast
