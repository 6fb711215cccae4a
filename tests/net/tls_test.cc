// TLS over a real socket pair, both ends in the test's hands: what is written arrives, once and in
// order, however full the socket is; and a pair that does not fit is no context.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/net/file_descriptor.h"
#include "server/net/tls_context.h"
#include "server/net/tls_stream.h"

namespace roomcast::net {
namespace {

std::string PemOf(const auto& write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

// Signed by itself, valid from now for so many seconds.
TlsIdentity MakeIdentity(long seconds) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -100);
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  TlsIdentity identity;
  identity.certificate_chain = PemOf([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  identity.key = PemOf(
      [&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

std::string Complaint(const TlsIdentity& identity) {
  const auto context = TlsContext::Make(identity);
  return context.ok() ? "" : std::string(context.status().message());
}

TEST(TlsContext, APairThatDoesNotFitIsRefusedWithItsReason) {
  const TlsIdentity good = MakeIdentity(1000);
  EXPECT_EQ(Complaint(good), "");
  TlsIdentity bad = good;
  bad.key = MakeIdentity(1000).key;
  EXPECT_EQ(Complaint(bad), "the key does not belong to the certificate");
  bad.key = "nonsense";
  EXPECT_EQ(Complaint(bad), "the key file holds no private key in PEM without a password");
  bad = good;
  bad.certificate_chain.resize(bad.certificate_chain.size() / 2);
  EXPECT_EQ(Complaint(bad), "the certificate file holds no certificate in PEM that can be used");
  bad = good;
  bad.certificate_chain += bad.certificate_chain.substr(0, bad.certificate_chain.size() / 2);
  EXPECT_EQ(Complaint(bad), "the certificate file holds a chain that is not PEM to its end");
  bad = good;
  bad.client_ca = good.key;
  EXPECT_EQ(Complaint(bad), "the client CA file holds no certificate in PEM");
  EXPECT_NE(Complaint(MakeIdentity(-10)).find("has expired"), std::string::npos);
}

// A client on the other end of a socket pair with small buffers.
class TlsStreamTest : public testing::Test {
 protected:
  TlsStreamTest() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    for (const int end : ends) {
      const int bytes = 8192;
      setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    }
    here_ = FileDescriptor(ends[0]);
    there_ = FileDescriptor(ends[1]);
    context_ = *TlsContext::Make(MakeIdentity(1000));
    stream_ = std::make_unique<TlsStream>(*context_, here_.get());
    client_context_ = SSL_CTX_new(TLS_client_method());
    client_ = SSL_new(client_context_);
    SSL_set_fd(client_, there_.get());
  }
  ~TlsStreamTest() override {
    SSL_free(client_);
    SSL_CTX_free(client_context_);
  }

  void Greet() {
    auto step = TlsStream::Step::kWantsRead;
    for (int i = 0; i < 20 && step != TlsStream::Step::kDone; ++i) {
      static_cast<void>(SSL_connect(client_));
      step = stream_->ShakeHands();
      ASSERT_NE(step, TlsStream::Step::kFailed);
    }
    ASSERT_EQ(step, TlsStream::Step::kDone);
  }
  // What the client has got, as far as there is any.
  std::string Take(std::size_t most) {
    std::string bytes(most, '\0');
    const int got = SSL_read(client_, bytes.data(), static_cast<int>(most));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

  FileDescriptor here_;
  FileDescriptor there_;
  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<TlsStream> stream_;
  SSL_CTX* client_context_ = nullptr;
  SSL* client_ = nullptr;
};

TEST_F(TlsStreamTest, EverythingArrivesOnceAndInOrderHoweverFullTheSocketIs) {
  Greet();
  std::mt19937 dice(4);
  std::string sent;
  std::string got;
  int kept = 0;
  for (int round = 0; round < 2000; ++round) {
    got += Take(1 + dice() % 20'000);
    if (stream_->keeps_bytes()) {
      ++kept;
      if (stream_->FlushKept() != 0) {
        ASSERT_EQ(errno, EAGAIN);
        continue;
      }
    }
    // Other bytes than those that did not fit: what was kept is not given twice.
    std::vector<std::string> pieces(1 + dice() % 5);
    std::vector<iovec> view;
    std::string offered;
    for (std::string& piece : pieces) {
      piece.assign(1 + dice() % 30'000, static_cast<char>('a' + dice() % 26));
      view.push_back({piece.data(), piece.size()});
      offered += piece;
    }
    const ssize_t taken = stream_->Write(view);
    ASSERT_GT(taken, 0);
    sent += offered.substr(0, static_cast<std::size_t>(taken));
  }
  for (int i = 0; i < 100 && got.size() < sent.size(); ++i) {
    static_cast<void>(stream_->FlushKept());
    got += Take(1 << 16);
  }
  EXPECT_GT(kept, 100) << "the socket was hardly ever full";
  EXPECT_EQ(got.size(), sent.size());
  EXPECT_TRUE(got == sent);
}

TEST_F(TlsStreamTest, ItReadsARecordAndLeavesTheRestInTheKernel) {
  Greet();
  ASSERT_EQ(SSL_write(client_, "one", 3), 3);
  ASSERT_EQ(SSL_write(client_, "two", 3), 3);
  std::array<std::byte, 100> bytes{};
  EXPECT_EQ(stream_->Read(bytes), 3);
  EXPECT_EQ(stream_->Read(bytes), 3);
  EXPECT_EQ(stream_->Read(bytes), -1);
  EXPECT_EQ(errno, EAGAIN);
  SSL_shutdown(client_);
  EXPECT_EQ(stream_->Read(bytes), 0);
}

TEST_F(TlsStreamTest, AFailedHandshakeSaysWhy) {
  ASSERT_EQ(send(there_.get(), "GET / HTTP/1.1\r\n", 16, 0), 16);
  EXPECT_EQ(stream_->ShakeHands(), TlsStream::Step::kFailed);
  EXPECT_EQ(stream_->failure(), ops::TlsFailure::kPlainHttp);
}

TEST_F(TlsStreamTest, ANonsenseRecordAfterTheHandshakeEndsTheStream) {
  Greet();
  ASSERT_EQ(send(there_.get(), "nonsense, nonsense", 18, 0), 18);
  std::array<std::byte, 100> bytes{};
  EXPECT_EQ(stream_->Read(bytes), -1);
  EXPECT_EQ(errno, ECONNRESET);
  stream_->SayEnd();
}

TEST_F(TlsStreamTest, WhoIsGoneCannotBeWrittenTo) {
  Greet();
  there_.Reset();
  std::string text = "anybody?";
  const std::vector<iovec> view = {{text.data(), text.size()}};
  EXPECT_EQ(stream_->Write(view), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

}  // namespace
}  // namespace roomcast::net
