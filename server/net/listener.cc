#include "server/net/listener.h"

#include <sys/socket.h>

#include <cerrno>

namespace roomcast::net {

Listener::Listener(boost::asio::io_context& io, FileDescriptor socket, Connections& connections)
    : socket_(io.get_executor(), socket.Release()), connections_(connections) {}

void Listener::Start() { Wait(); }

void Listener::Stop() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  paused_until_ = kNever;
}

void Listener::OnTime(Instant now) {
  if (paused_until_ > now) return;
  paused_until_ = kNever;
  Wait();
}

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
    if (socket) {
      connections_.Accept(std::move(socket), PeerAddress(peer));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // A client that has gone again (accept(2) lists these) is no reason to stop.
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) continue;
    connections_.metrics().Count(ops::Counter::kAcceptFailures);
    paused_until_ = connections_.now().instant + kPause;
    return;
  }
  Wait();
}

}  // namespace roomcast::net
