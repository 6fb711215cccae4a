#ifndef ROOMCAST_SERVER_NET_LISTENER_H_
#define ROOMCAST_SERVER_NET_LISTENER_H_

#include "proto/protocol/instant.h"
#include "server/net/connections.h"
#include "server/net/file_descriptor.h"
#include "server/net/poller.h"

namespace roomcast::net {

// Takes connections off one listening socket. When the process or the machine is out of descriptors
// or memory it pauses, instead of spinning on a socket that stays readable; who waits meanwhile
// waits in the kernel. The last descriptors are left to others, so that a crowd at the public port
// does not keep an operator out. The shard's thread.
class Listener {
 public:
  // The others outlive this; `token` is what `poller` calls the socket. Descriptors from
  // `descriptors_max` on are left to others; the kernel always gives the lowest that is free, so a
  // high one says how many are in use. 0: none.
  Listener(Poller& poller, Poller::Token token, FileDescriptor socket, Connections& connections,
           int descriptors_max);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void Start();
  // The socket is ready.
  void OnReady();
  // No more are taken; what the kernel holds is refused by it.
  void Stop();

  // After a pause: call OnTime() at or after it.
  [[nodiscard]] Instant NextDeadline() const { return paused_until_; }
  void OnTime(Instant now);

 private:
  // In a row, before others have their turn.
  static constexpr int kAcceptsPerTurn = 64;
  static constexpr Duration kPause = std::chrono::milliseconds(100);

  void Watch(bool reads);
  void Pause();
  [[nodiscard]] bool IsReserved(const FileDescriptor& descriptor) const {
    return descriptors_max_ > 0 && descriptor.get() >= descriptors_max_;
  }

  Poller& poller_;
  const Poller::Token token_;
  FileDescriptor socket_;
  Connections& connections_;
  const int descriptors_max_;
  bool watched_ = false;
  Instant paused_until_ = kNever;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_LISTENER_H_
