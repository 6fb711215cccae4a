#include "client-wasm/native/socket.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "proto/protocol/limits.h"

namespace roomcast::client {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;

// A hub's batch is cut at its recovery page, and holds at least one publication.
constexpr std::size_t kInboundBytesMax = 4 * 1024 * 1024;
constexpr auto kConnectPatience = std::chrono::seconds(10);
constexpr auto kClosePatience = std::chrono::seconds(5);

}  // namespace

bool ParseUrl(std::string_view url, Endpoint& endpoint) {
  constexpr std::string_view kScheme = "ws://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  endpoint.path = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  endpoint.port = has_port ? std::string(authority.substr(colon + 1)) : "80";
  if (has_port) authority = authority.substr(0, colon);
  // An IPv6 address is resolved without its brackets.
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  endpoint.host = authority;
  return !endpoint.host.empty() && !endpoint.port.empty();
}

Socket::Socket(boost::asio::io_context& io, Reports reports)
    : resolver_(io), stream_(io), reports_(std::move(reports)) {}

void Socket::Open(const Endpoint& endpoint, std::string_view protocol) {
  host_header_ = endpoint.host + ":" + endpoint.port;
  path_ = endpoint.path;
  protocol_ = protocol;
  resolver_.async_resolve(
      endpoint.host, endpoint.port,
      [self = shared_from_this()](ErrorCode error, const tcp::resolver::results_type& results) {
        if (error || self->silent_) return self->Fail();
        beast::tcp_stream& tcp = beast::get_lowest_layer(self->stream_);
        tcp.expires_after(kConnectPatience);
        tcp.async_connect(results,
                          [self](ErrorCode e, const tcp::endpoint&) { self->Connected(e); });
      });
}

void Socket::Connected(ErrorCode error) {
  if (error || silent_) return Fail();
  beast::tcp_stream& tcp = beast::get_lowest_layer(stream_);
  tcp.expires_never();
  tcp.socket().set_option(tcp::no_delay(true), error);
  websocket::stream_base::timeout patience{};
  patience.handshake_timeout = kConnectPatience;
  patience.idle_timeout = websocket::stream_base::none();  // the heartbeat is ours
  stream_.set_option(patience);
  stream_.set_option(websocket::stream_base::decorator([protocol = protocol_](auto& request) {
    request.set(beast::http::field::sec_websocket_protocol, protocol);
  }));
  stream_.read_message_max(kInboundBytesMax);
  stream_.binary(true);
  stream_.async_handshake(host_header_, path_, [self = shared_from_this()](ErrorCode e) {
    if (e || self->silent_) return self->Fail();
    self->open_ = true;
    self->reports_.open();
    self->ReadNext();
    self->WriteNext();
  });
}

void Socket::ReadNext() {
  stream_.async_read(inbound_, [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (error == websocket::error::closed) {
      const websocket::close_reason& reason = self->stream_.reason();
      const auto code = static_cast<std::uint16_t>(reason.code);
      return self->End(code == 0 ? 1005 : code, {reason.reason.data(), reason.reason.size()});
    }
    if (error) return self->Fail();
    if (!self->silent_) {
      const auto data = self->inbound_.cdata();
      if (self->stream_.got_text()) {
        self->reports_.text();
      } else {
        self->reports_.message({static_cast<const char*>(data.data()), data.size()});
      }
    }
    self->inbound_.consume(self->inbound_.size());
    self->ReadNext();
  });
}

void Socket::Send(std::string_view bytes) {
  if (closing_ || silent_) return;
  outbound_.emplace_back(bytes);
  WriteNext();
}

void Socket::WriteNext() {
  if (!open_ || writing_) return;
  if (outbound_.empty()) {
    if (closing_) BeginClose();
    return;
  }
  writing_ = true;
  stream_.async_write(boost::asio::buffer(outbound_.front()),
                      [self = shared_from_this()](ErrorCode error, std::size_t) {
                        self->writing_ = false;
                        if (error) return self->Fail();
                        self->outbound_.pop_front();
                        self->WriteNext();
                      });
}

void Socket::Close(std::uint16_t code, std::string_view reason) {
  silent_ = true;
  if (closing_) return;
  closing_ = true;
  last_words_.code = code;
  last_words_.reason.assign(reason.data(), std::min(reason.size(), kReasonBytesMax));
  if (!open_) return Drop();
  WriteNext();
}

void Socket::BeginClose() {
  open_ = false;
  websocket::stream_base::timeout patience{};
  patience.handshake_timeout = kClosePatience;
  patience.idle_timeout = websocket::stream_base::none();
  stream_.set_option(patience);
  stream_.async_close(last_words_, [self = shared_from_this()](ErrorCode) { self->Drop(); });
}

void Socket::Drop() {
  silent_ = true;
  resolver_.cancel();
  ErrorCode ignored;
  beast::get_lowest_layer(stream_).socket().close(ignored);
}

void Socket::End(std::uint16_t code, std::string_view reason) {
  open_ = false;
  if (std::exchange(silent_, true)) return;
  const std::string text(reason);
  Drop();
  reports_.closed(code, text);
}

}  // namespace roomcast::client
