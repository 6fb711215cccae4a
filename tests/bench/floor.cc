#include "tests/bench/floor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kRoomBytes = 6;

std::string AcceptOf(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> encoded;
  const int length =
      EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

std::string HeadOfFrame(std::size_t length) {
  std::string head = "\x82";
  if (length < 126) return head + static_cast<char>(length);
  return head + '\x7e' + static_cast<char>(length >> 8) + static_cast<char>(length);
}

class Floor {
 public:
  explicit Floor(int listening) : listening_(listening), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    Watch(listening_);
  }

  [[noreturn]] void Run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        fd == listening_ ? Accept() : OnReadable(fd);
      }
    }
  }

 private:
  struct Client {
    bool upgraded = false;
    std::string begun;
  };

  void Watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Accept() {
    for (;;) {
      const int fd = accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      if (clients_.size() <= static_cast<std::size_t>(fd)) clients_.resize(fd + 1);
      clients_[fd] = Client();
      Watch(fd);
    }
  }

  void OnReadable(int fd) {
    const ssize_t got = recv(fd, lent_.data(), lent_.size(), 0);
    if (got <= 0) return End(fd);
    Client& client = clients_[fd];
    client.begun.append(lent_.data(), static_cast<std::size_t>(got));
    if (!client.upgraded) Upgrade(fd, client);
    if (client.upgraded) TakeFrames(fd, client);
  }

  void End(int fd) {
    for (auto& [name, members] : rooms_) std::erase(members, fd);
    close(fd);
  }

  static void Upgrade(int fd, Client& client) {
    constexpr std::string_view kKeyHeader = "Sec-WebSocket-Key: ";
    const std::size_t end = client.begun.find("\r\n\r\n");
    const std::size_t key = client.begun.find(kKeyHeader);
    if (end == std::string::npos || key == std::string::npos) return;
    const std::size_t begin = key + kKeyHeader.size();
    Send(fd, {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: ",
              AcceptOf(client.begun.substr(begin, client.begun.find("\r\n", begin) - begin)),
              "\r\n\r\n"});
    client.upgraded = true;
    client.begun.erase(0, end + 4);
  }

  // Masked frames below 64 KiB, which is what our load sends.
  void TakeFrames(int fd, Client& client) {
    std::string& bytes = client.begun;
    std::size_t at = 0;
    while (bytes.size() - at >= 2) {
      std::size_t length = bytes[at + 1] & 0x7f;
      const std::size_t head = length < 126 ? 6 : 8;
      if (bytes.size() - at < head) break;
      if (length == 126) {
        length = static_cast<unsigned char>(bytes[at + 2]) << 8 |
                 static_cast<unsigned char>(bytes[at + 3]);
      }
      if (bytes.size() - at - head < length) break;
      const std::span<char> body(bytes.data() + at + head, length);
      const std::array<char, 4> mask = {bytes[at + head - 4], bytes[at + head - 3],
                                        bytes[at + head - 2], bytes[at + head - 1]};
      for (std::size_t i = 0; i < length; ++i) body[i] = static_cast<char>(body[i] ^ mask[i & 3]);
      OnMessage(fd, {body.data(), body.size()});
      at += head + length;
    }
    bytes.erase(0, at);
  }

  void OnMessage(int fd, std::string_view message) {
    if (message.starts_with('E')) {
      const std::string head = HeadOfFrame(message.size() - 1);
      Send(fd, {head, message.substr(1)});
    } else if (message.starts_with('S')) {
      rooms_[std::string(message.substr(1, kRoomBytes))].push_back(fd);
    } else if (message.starts_with('P')) {
      const std::string_view payload = message.substr(1 + kRoomBytes);
      const std::string head = HeadOfFrame(payload.size());
      for (const int member : rooms_[std::string(message.substr(1, kRoomBytes))]) {
        Send(member, {head, payload});
      }
    }
  }

  static void Send(int fd, std::initializer_list<std::string_view> pieces) {
    std::array<iovec, 3> gathered{};
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces) {
      gathered[count++] = {const_cast<char*>(piece.data()), piece.size()};
      bytes += piece.size();
    }
    msghdr message{};
    message.msg_iov = gathered.data();
    message.msg_iovlen = count;
    const ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes) || (sent < 0 && errno != EAGAIN)) return;
    throw Failure("a socket is full: too much load for a floor");
  }

  const int listening_;
  const int epoll_;
  std::vector<Client> clients_;  // by descriptor
  std::map<std::string, std::vector<int>> rooms_;
  std::array<char, 64 * 1024> lent_;
};

}  // namespace

void RunFloor(int listening) { Floor(listening).Run(); }

}  // namespace roomcast::bench
