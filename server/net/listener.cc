#include "server/net/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "server/net/socket_options.h"

namespace roomcast::net {

Listener::Listener(Poller& poller, Poller::Token token, FileDescriptor socket,
                   Connections& connections, int descriptors_max)
    : poller_(poller),
      token_(token),
      socket_(std::move(socket)),
      connections_(connections),
      descriptors_max_(descriptors_max) {
  SetSocketOptions(socket_.get(), connections_.config().socket);
}

void Listener::Start() { Watch(true); }

void Listener::Stop() {
  Watch(false);
  socket_.Reset();
  paused_until_ = kNever;
}

void Listener::Watch(bool reads) {
  const Poller::Interest before{std::exchange(watched_, reads), false};
  if (poller_.Watch(socket_.get(), token_, before, {reads, false})) return;
  watched_ = false;
  Pause();
}

void Listener::OnTime(Instant now) {
  if (paused_until_ > now) return;
  paused_until_ = kNever;
  // Would the next be one too many? Better to leave it in the kernel than to turn it away.
  const FileDescriptor probe(fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
  if (!probe || IsReserved(probe)) return Pause();
  Watch(true);
}

void Listener::Pause() {
  paused_until_ = connections_.now().instant + kPause;
  if (watched_) Watch(false);
}

void Listener::OnReady() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    FileDescriptor socket(accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket && IsReserved(socket)) {
      connections_.metrics().Count(ops::TurnedAway::kDescriptors);
      return Pause();
    }
    if (socket) {
      connections_.Accept(std::move(socket), PeerAddress(peer));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    // A client that has gone again (accept(2) lists these) is no reason to stop.
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) continue;
    connections_.metrics().Count(ops::Counter::kAcceptFailures);
    return Pause();
  }
}

}  // namespace roomcast::net
