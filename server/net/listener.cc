#include "server/net/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "server/net/socket_options.h"

namespace roomcast::net {

Listener::Listener(boost::asio::io_context& io, FileDescriptor socket, Connections& connections,
                   int descriptors_max)
    : socket_(io.get_executor(), socket.Release()),
      connections_(connections),
      descriptors_max_(descriptors_max) {
  SetSocketOptions(socket_.native_handle(), connections_.config().socket);
}

void Listener::Start() { Wait(); }

void Listener::Stop() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  paused_until_ = kNever;
}

void Listener::OnTime(Instant now) {
  if (paused_until_ > now) return;
  paused_until_ = kNever;
  // Would the next be one too many? Better to leave it in the kernel than to turn it away.
  const FileDescriptor probe(fcntl(socket_.native_handle(), F_DUPFD_CLOEXEC, 0));
  if (!probe || IsReserved(probe)) return Pause();
  Wait();
}

void Listener::Pause() { paused_until_ = connections_.now().instant + kPause; }

void Listener::Wait() {
  socket_.async_wait(decltype(socket_)::wait_read, [this](const boost::system::error_code& error) {
    if (!error) OnReadable();
  });
}

void Listener::OnReadable() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    FileDescriptor socket(accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                  &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket && IsReserved(socket)) {
      connections_.metrics().Count(ops::TurnedAway::kDescriptors);
      return Pause();
    }
    if (socket) {
      connections_.Accept(std::move(socket), PeerAddress(peer));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // A client that has gone again (accept(2) lists these) is no reason to stop.
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) continue;
    connections_.metrics().Count(ops::Counter::kAcceptFailures);
    return Pause();
  }
  Wait();
}

}  // namespace roomcast::net
