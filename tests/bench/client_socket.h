#ifndef ROOMCAST_TESTS_BENCH_CLIENT_SOCKET_H_
#define ROOMCAST_TESTS_BENCH_CLIENT_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::bench {

// One client's WebSocket of a load: just enough of RFC 6455 to be a good client of a server that
// behaves, and a Failure for what does not. Non-blocking; its events come from the epoll that it
// was made with, under its index.
class ClientSocket {
 public:
  ClientSocket(int epoll, std::uint32_t index) : epoll_(epoll), index_(index) {}
  ClientSocket(ClientSocket&& other) noexcept;
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;
  // Resets the connection, so that no TIME_WAIT stays behind.
  ~ClientSocket();

  struct Target {
    std::uint16_t port = 0;
    std::string_view path;
    std::string_view subprotocol;
    std::string_view extensions;  // offered; of what is agreed on, permessage-deflate is understood
    // What the kernel may keep of what was not read. 0: its own choice.
    int receive_buffer_bytes = 0;
  };
  // Begins to connect to 127.0.0.1, from an address of 127.0.0.0/8 that the index decides: one
  // address has too few ports for all connections of a large load.
  void Connect(const Target& target);

  // Sends a message. What the socket does not take at once waits for OnWritable().
  void Say(std::string_view message);
  // Several messages with one write.
  void Queue(std::string_view message);
  void Flush();
  void OnWritable() { Flush(); }

  // Takes what has come into `lent`, and appends the whole messages among it: views of `lent`, or
  // of memory of its own if they were deflated, good until the next call.
  // Answers pings of the WebSocket by itself. The upgrade's answer is taken here too.
  void Receive(std::span<char> lent, std::vector<std::string_view>& messages);

  // A client that does not read, and one that does again.
  void SetReading(bool reading);

  [[nodiscard]] bool is_open() const { return phase_ == Phase::kOpen; }
  [[nodiscard]] std::uint64_t bytes_in() const { return bytes_in_; }

 private:
  enum class Phase : std::uint8_t { kNone, kUpgrading, kOpen };

  // How many bytes of `bytes` are dealt with.
  std::size_t TakeUpgrade(std::string_view bytes);
  std::size_t TakeFrames(std::string_view bytes, std::vector<std::string_view>& messages);
  std::string_view Inflate(std::string_view body);
  void OnControl(std::uint8_t opcode, std::string_view body);
  void AppendFrame(std::uint8_t opcode, std::string_view body);
  void Watch();

  int epoll_;
  std::uint32_t index_;
  int fd_ = -1;
  Phase phase_ = Phase::kNone;
  bool reading_ = true;
  bool waits_to_write_ = false;
  std::uint64_t bytes_in_ = 0;
  std::deque<std::string> inflated_;
  std::string begun_;  // the beginning of a frame of which the rest has not come
  std::string out_;
  std::size_t out_at_ = 0;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_CLIENT_SOCKET_H_
