#include "server/ops/ops_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/ops/ops_answers.h"

namespace roomcast::ops {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using beast::error_code;

constexpr std::uint32_t kHeadBytesMax = 8 * 1024;
constexpr std::chrono::seconds kRequestTime{5};
constexpr std::chrono::milliseconds kAcceptPause{200};
constexpr int kConnectionsMax = 64;

using Request = http::request<http::empty_body>;

}  // namespace

// Everything runs on `thread_`, except Start and the destructor.
class OpsServer::Impl {
 public:
  Impl(HealthSource health, MetricsSource metrics)
      : health_(std::move(health)), metrics_(std::move(metrics)) {}

  absl::Status Listen(const std::string& address, std::uint16_t port);
  void Run();
  void Stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  class Connection;

  void Accept();
  void OnAccepted(error_code error, tcp::socket socket);
  void OnConnectionOver();

  HealthSource health_;
  MetricsSource metrics_;
  // Before io_, which destroys the connections that are left; they count themselves out.
  int connections_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// One connection: a request, its answer, and again while the peer keeps it open. Owned by the
// handlers under way.
class OpsServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl& server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {
    ++server_.connections_;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { server_.OnConnectionOver(); }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kHeadBytesMax);
    parser_->body_limit(0);
    stream_.expires_after(kRequestTime);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->OnRead(error); });
  }

 private:
  void OnRead(error_code error) {
    // Not HTTP, too long, too slow or gone: nobody to talk to.
    if (error) return;
    const Request& request = parser_->get();
    const bool is_head = request.method() == http::verb::head;
    const bool is_read = is_head || request.method() == http::verb::get;
    const auto target = request.target();
    OpsAnswer answer = AnswerOps(std::string_view(target.data(), target.size()), is_read,
                                 server_.health_, server_.metrics_);
    // An answer to HEAD says how long the body would be, and has none.
    http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                               request.version());
    response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    if (answer.status == 405) response.set(http::field::allow, "GET, HEAD");
    response.keep_alive(request.keep_alive());
    response.content_length(answer.body.size());
    if (!is_head) response.body() = std::move(answer.body);
    Write(std::move(response));
  }

  void Write(http::message_generator response) {
    const bool keep_alive = response.keep_alive();
    beast::async_write(stream_, std::move(response),
                       [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
                         self->OnWritten(error, keep_alive);
                       });
  }

  void OnWritten(error_code error, bool keep_alive) {
    if (error) return;
    if (keep_alive) return Read();
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kHeadBytesMax};
  std::optional<http::request_parser<http::empty_body>> parser_;
};

absl::Status OpsServer::Impl::Listen(const std::string& address, std::uint16_t port) {
  error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat(address, " is not an IP address"));
  const tcp::endpoint endpoint(ip, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen at ", address, ":", port, ": ", error.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  return absl::OkStatus();
}

void OpsServer::Impl::Run() {
  Accept();
  thread_ = std::thread([this] { io_.run(); });
}

void OpsServer::Impl::Stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  stopping_ = true;
}

void OpsServer::Impl::Accept() {
  if (accepting_ || connections_ >= kConnectionsMax) return;
  accepting_ = true;
  acceptor_.async_accept(
      [this](error_code error, tcp::socket socket) { OnAccepted(error, std::move(socket)); });
}

void OpsServer::Impl::OnAccepted(error_code error, tcp::socket socket) {
  accepting_ = false;
  if (!error) {
    std::make_shared<Connection>(*this, std::move(socket))->Read();
    return Accept();
  }
  if (error == asio::error::operation_aborted) return;
  // Without file descriptors an accept fails at once, again and again: wait instead of spinning.
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled) Accept();
  });
}

void OpsServer::Impl::OnConnectionOver() {
  --connections_;
  if (!stopping_) Accept();
}

OpsServer::OpsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

OpsServer::~OpsServer() { impl_->Stop(); }

std::uint16_t OpsServer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<OpsServer>> OpsServer::Start(const std::string& address,
                                                            std::uint16_t port, HealthSource health,
                                                            MetricsSource metrics) {
  auto impl = std::make_unique<Impl>(std::move(health), std::move(metrics));
  const absl::Status listening = impl->Listen(address, port);
  if (!listening.ok()) return listening;
  impl->Run();
  return std::unique_ptr<OpsServer>(new OpsServer(std::move(impl)));
}

}  // namespace roomcast::ops
