#include "tests/bench/client_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

#include "server/websocket/inflater.h"
#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

// The sample nonce of RFC 6455 section 1.3, whose answer is known.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::uint32_t kConnectionsPerAddress = 4000;
constexpr std::uint8_t kDeflated = 0x40;
constexpr std::size_t kMessageBytesMax = std::size_t{16} << 20;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

[[noreturn]] void FailWith(const std::string& what) {
  throw Failure(what + ": " + std::strerror(errno));
}

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

ClientSocket::ClientSocket(ClientSocket&& other) noexcept
    : epoll_(other.epoll_),
      index_(other.index_),
      fd_(std::exchange(other.fd_, -1)),
      phase_(other.phase_),
      reading_(other.reading_),
      waits_to_write_(other.waits_to_write_),
      bytes_in_(other.bytes_in_),
      inflated_(std::move(other.inflated_)),
      begun_(std::move(other.begun_)),
      out_(std::move(other.out_)),
      out_at_(other.out_at_) {}

ClientSocket::~ClientSocket() {
  if (fd_ < 0) return;
  const linger reset{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(fd_);
}

void ClientSocket::Connect(const Target& target) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) FailWith("no socket for connection " + std::to_string(index_));
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  if (target.receive_buffer_bytes > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &target.receive_buffer_bytes, sizeof(int));
  }
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + index_ / kConnectionsPerAddress);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(target.port);
  if (bind(fd_, reinterpret_cast<sockaddr*>(&from), sizeof(from)) != 0) FailWith("cannot bind");
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0 && errno != EINPROGRESS) {
    FailWith("cannot connect to port " + std::to_string(target.port));
  }
  out_ = "GET " + std::string(target.path) +
         " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target.port) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: " +
         std::string(kKey) + "\r\n";
  if (!target.subprotocol.empty()) {
    out_ += "Sec-WebSocket-Protocol: " + std::string(target.subprotocol) + "\r\n";
  }
  if (!target.extensions.empty()) {
    out_ += "Sec-WebSocket-Extensions: " + std::string(target.extensions) + "\r\n";
  }
  out_ += "\r\n";
  phase_ = Phase::kUpgrading;
  waits_to_write_ = true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.u32 = index_;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event) != 0) FailWith("cannot watch a socket");
}

void ClientSocket::Watch() {
  epoll_event event{};
  event.events = (reading_ ? EPOLLIN : 0u) | (waits_to_write_ ? EPOLLOUT : 0u);
  event.data.u32 = index_;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event);
}

void ClientSocket::SetReading(bool reading) {
  reading_ = reading;
  Watch();
}

void ClientSocket::Say(std::string_view message) {
  Queue(message);
  Flush();
}

void ClientSocket::Queue(std::string_view message) { AppendFrame(kBinary, message); }

void ClientSocket::AppendFrame(std::uint8_t opcode, std::string_view body) {
  out_.push_back(static_cast<char>(0x80 | opcode));
  if (body.size() < 126) {
    out_.push_back(static_cast<char>(0x80 | body.size()));
  } else {
    if (body.size() > 0xffff) throw Failure("a message of more than 65535 bytes is not sent");
    out_.push_back(static_cast<char>(0x80 | 126));
    out_.push_back(static_cast<char>(body.size() >> 8));
    out_.push_back(static_cast<char>(body.size()));
  }
  constexpr std::array<char, 4> kMask = {0x13, 0x57, 0x2a, 0x6c};
  out_.append(kMask.data(), kMask.size());
  const std::size_t at = out_.size();
  out_.append(body);
  for (std::size_t i = 0; i < body.size(); ++i) {
    out_[at + i] = static_cast<char>(out_[at + i] ^ kMask[i & 3]);
  }
}

void ClientSocket::Flush() {
  while (out_at_ < out_.size()) {
    const ssize_t sent = send(fd_, out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
      if (!std::exchange(waits_to_write_, true)) Watch();
      return;
    }
    if (sent < 0) FailWith("connection " + std::to_string(index_) + " cannot be written");
    out_at_ += static_cast<std::size_t>(sent);
  }
  out_.clear();
  out_at_ = 0;
  if (std::exchange(waits_to_write_, false)) Watch();
}

void ClientSocket::Receive(std::span<char> lent, std::vector<std::string_view>& messages) {
  inflated_.clear();
  std::memcpy(lent.data(), begun_.data(), begun_.size());
  const ssize_t got = recv(fd_, lent.data() + begun_.size(), lent.size() - begun_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got < 0) FailWith("connection " + std::to_string(index_) + " cannot be read");
  if (got == 0) throw Failure("the server ended connection " + std::to_string(index_));
  bytes_in_ += static_cast<std::uint64_t>(got);
  std::string_view bytes(lent.data(), begun_.size() + static_cast<std::size_t>(got));
  if (phase_ == Phase::kUpgrading) bytes.remove_prefix(TakeUpgrade(bytes));
  if (phase_ == Phase::kOpen) bytes.remove_prefix(TakeFrames(bytes, messages));
  if (bytes.size() == lent.size()) throw Failure("a frame is larger than the load's buffer");
  begun_ = bytes;
}

std::size_t ClientSocket::TakeUpgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::string_view head = bytes.substr(0, end);
  if (!head.starts_with("HTTP/1.1 101") || head.find(kAccept) == std::string_view::npos) {
    throw Failure("the server does not upgrade: " + std::string(head.substr(0, head.find('\r'))));
  }
  phase_ = Phase::kOpen;
  return end + 4;
}

std::size_t ClientSocket::TakeFrames(std::string_view bytes,
                                     std::vector<std::string_view>& messages) {
  std::size_t at = 0;
  while (bytes.size() - at >= 2) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    std::uint64_t length = static_cast<unsigned char>(bytes[at + 1]);
    const std::size_t length_bytes = length < 126 ? 0 : length == 126 ? 2 : 8;
    const std::size_t head = 2 + length_bytes;
    if (bytes.size() - at < head) break;
    if ((first & 0xb0) != 0x80 || length > 127) {
      throw Failure("a frame of the server is a fragment, or masked");
    }
    if (length_bytes > 0) length = BigEndian(bytes.substr(at + 2, length_bytes));
    if (bytes.size() - at - head < length) break;
    const std::string_view body = bytes.substr(at + head, length);
    at += head + length;
    if ((first & 0x0f) == kBinary) {
      messages.push_back((first & kDeflated) == 0 ? body : Inflate(body));
    } else {
      OnControl(first & 0x0f, body);
    }
  }
  return at;
}

std::string_view ClientSocket::Inflate(std::string_view body) {
  static websocket::Inflater inflater;
  const auto answer = inflater.Inflate(std::as_bytes(std::span(body)), kMessageBytesMax);
  const auto* bytes = std::get_if<std::span<std::byte>>(&answer);
  if (bytes == nullptr) throw Failure("the server sent what does not inflate");
  return inflated_.emplace_back(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

void ClientSocket::OnControl(std::uint8_t opcode, std::string_view body) {
  if (opcode == kPing) {
    AppendFrame(kPong, body);
    Flush();
  } else if (opcode == kClose) {
    const std::string why = body.size() < 2
                                ? "without a code"
                                : "with " + std::to_string(BigEndian(body.substr(0, 2))) + ": " +
                                      std::string(body.substr(2));
    throw Failure("the server closes connection " + std::to_string(index_) + " " + why);
  } else if (opcode != kPong) {
    throw Failure("a frame of the server has opcode " + std::to_string(opcode));
  }
}

}  // namespace roomcast::bench
