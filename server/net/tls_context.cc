#include "server/net/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace roomcast::net {
namespace {

// What OpenSSL calls with the object to free.
template <auto free>
struct Free {
  template <typename Object>
  void operator()(Object* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;

// For TLS 1.2; those of 1.3 are all in order. ECDHE for forward secrecy, AEAD only.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

absl::Status Bad(std::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(std::string(what));
}

Bio BioOf(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key that asks for a password is refused, instead of asking whoever sits at the terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

int ChooseProtocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void* /*context*/) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kHttp11.data(), kHttp11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status UseChain(SSL_CTX* context, const std::string& pem, std::uint64_t& expires_at) {
  const Bio bio = BioOf(pem);
  const Certificate leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, NoPassword, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Bad("the certificate file holds no certificate in PEM that can be used");
  }
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return Bad("the chain cannot be used");
    static_cast<void>(next.release());
  }
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return Bad("the certificate file holds a chain that is not PEM to its end");
  }
  ERR_clear_error();
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf.get()), &end) != 1) {
    return Bad("the certificate says no time at which it ends");
  }
  expires_at = static_cast<std::uint64_t>(timegm(&end));
  if (X509_cmp_current_time(X509_get0_notAfter(leaf.get())) < 0) {
    return Bad(absl::StrCat("the certificate has expired, at ", expires_at, " of Unix time"));
  }
  return absl::OkStatus();
}

absl::Status UseKey(SSL_CTX* context, const std::string& pem) {
  const Bio bio = BioOf(pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (!key) return Bad("the key file holds no private key in PEM without a password");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Bad("the key does not belong to the certificate");
  }
  return absl::OkStatus();
}

absl::Status AskClients(SSL_CTX* context, const std::string& pem) {
  const Bio bio = BioOf(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (const Certificate ca{PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)}) {
    if (X509_STORE_add_cert(store, ca.get()) != 1 ||
        SSL_CTX_add_client_CA(context, ca.get()) != 1) {
      return Bad("the client CA file holds a certificate that cannot be used");
    }
    ++count;
  }
  if (count == 0) return Bad("the client CA file holds no certificate in PEM");
  ERR_clear_error();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return absl::OkStatus();
}

bool SetRules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   // A stream that is cut is no error of its own: the WebSocket
                                   // and HTTP above know where they end.
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections hold no buffers; a write may be tried again from another place.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Tickets need no memory here, and no lock between shards.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  constexpr std::array<unsigned char, 8> kSessions = {'r', 'o', 'o', 'm', 'c', 'a', 's', 't'};
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessions.data(), kSessions.size()) == 1;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::Make(const TlsIdentity& identity) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context || !SetRules(context.get())) return absl::InternalError("OpenSSL is unusable");
  std::uint64_t expires_at = 0;
  absl::Status status = UseChain(context.get(), identity.certificate_chain, expires_at);
  if (status.ok()) status = UseKey(context.get(), identity.key);
  if (status.ok() && !identity.client_ca.empty()) {
    status = AskClients(context.get(), identity.client_ca);
  }
  if (!status.ok()) return status;
  return std::shared_ptr<const TlsContext>(new TlsContext(context.release(), expires_at));
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace roomcast::net
