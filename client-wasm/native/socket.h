#ifndef ROOMCAST_CLIENT_WASM_NATIVE_SOCKET_H_
#define ROOMCAST_CLIENT_WASM_NATIVE_SOCKET_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace roomcast::client {

// Where a ws:// URL leads.
struct Endpoint {
  std::string host;
  std::string port;
  std::string path;
};
// False: not a ws:// URL. TLS comes with the hub's.
bool ParseUrl(std::string_view url, Endpoint& endpoint);

// One WebSocket of one generation, from its first attempt to its end. Keeps itself alive while an
// operation is under way; reports are made from the io_context only, and none after Close() or
// Drop().
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  struct Reports {
    std::function<void()> open;
    std::function<void(std::string_view)> message;
    std::function<void()> text;
    std::function<void(std::uint16_t code, std::string_view reason)> closed;
  };

  Socket(boost::asio::io_context& io, Reports reports);

  void Open(const Endpoint& endpoint, std::string_view protocol);
  void Send(std::string_view bytes);
  // What was sent goes out first.
  void Close(std::uint16_t code, std::string_view reason);
  // At once, without a word.
  void Drop();

 private:
  using ErrorCode = boost::system::error_code;

  void Connected(ErrorCode error);
  void ReadNext();
  void WriteNext();
  void BeginClose();
  void End(std::uint16_t code, std::string_view reason);
  void Fail() { End(1006, {}); }

  boost::asio::ip::tcp::resolver resolver_;
  boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer inbound_;
  Reports reports_;
  std::string host_header_;
  std::string path_;
  std::string protocol_;
  std::deque<std::string> outbound_;
  boost::beast::websocket::close_reason last_words_;
  bool open_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool silent_ = false;  // nobody listens any more
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_NATIVE_SOCKET_H_
