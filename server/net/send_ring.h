#ifndef ROOMCAST_SERVER_NET_SEND_RING_H_
#define ROOMCAST_SERVER_NET_SEND_RING_H_

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "server/net/file_descriptor.h"

namespace roomcast::net {

// Sends to many sockets in one system call, by io_uring(7): with small messages, entering the
// kernel for each is a third of what a delivery costs. Each send is what sendmsg() with
// MSG_DONTWAIT would have been, and is done when Run() comes back.
//
// Not every system lets it be: kernels before 5.6, containers and operators that forbid it. One
// thread: the one that asks IsThere() first.
class SendRing {
 public:
  // Few enough that what belongs to a connection is still near when its send comes back.
  static constexpr std::size_t kSendsMax = 64;
  // Of one send.
  static constexpr std::size_t kPiecesMax = 8;

  SendRing();
  ~SendRing();
  SendRing(const SendRing&) = delete;
  SendRing& operator=(const SendRing&) = delete;

  // False: there is none, and nothing else may be called. To be asked before each run.
  [[nodiscard]] bool IsThere();

  // Where the pieces of the next send go, of which there is one less than kSendsMax so far.
  [[nodiscard]] std::span<iovec> pieces() { return sends_[count_].pieces; }
  // The first `pieces` of these, at least one, to this socket.
  void Add(int socket, std::size_t pieces);
  [[nodiscard]] bool full() const { return count_ == kSendsMax; }

  struct Done {
    std::size_t offered = 0;  // bytes
    int result = 0;           // how many were taken, or -errno
  };
  // Does what was added, and begins anew; by the order of adding, good until the next Add(). What
  // the kernel has no memory to begin with ends with EAGAIN, and from then on there is no ring.
  [[nodiscard]] std::span<const Done> Run();

 private:
  struct Ring;
  struct Send {
    std::array<iovec, kPiecesMax> pieces;
    msghdr message;
  };

  std::unique_ptr<Ring> ring_;
  bool tried_ = false;
  std::size_t count_ = 0;
  std::array<Send, kSendsMax> sends_;
  std::array<Done, kSendsMax> done_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SEND_RING_H_
