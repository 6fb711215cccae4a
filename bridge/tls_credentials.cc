#include "bridge/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <mutex>
#include <utility>

namespace roomcast::bridge {
namespace {

// grpc++ itself offers a watcher of files, which takes a certificate whose key has not come yet.
// The layer below asks for each connection what to show.
class ReloadingCredentials : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(IdentitySource source) : source_(std::move(source)) {
    const auto ask_clients = source_()->client_ca.empty()
                                 ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(ask_clients, Fetch, this));
  }
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  // The bridge reads keys from metadata itself.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->FetchInto(config);
  }

  grpc_ssl_certificate_config_reload_status FetchInto(grpc_ssl_server_certificate_config** config) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const BridgeIdentity> identity = source_();
    if (identity == shown_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair{identity->key.c_str(),
                                          identity->certificate_chain.c_str()};
    // gRPC wants roots in any case; where callers are not asked for a certificate it never looks.
    const std::string& roots =
        identity->client_ca.empty() ? identity->certificate_chain : identity->client_ca;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    shown_ = std::move(identity);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const IdentitySource source_;
  grpc_server_credentials* credentials_ = nullptr;
  std::mutex mutex_;
  std::shared_ptr<const BridgeIdentity> shown_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(IdentitySource source) {
  return std::make_shared<ReloadingCredentials>(std::move(source));
}

}  // namespace roomcast::bridge
