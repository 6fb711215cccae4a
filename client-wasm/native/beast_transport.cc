#include "roomcast/beast_transport.h"

#include <sys/random.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "client-wasm/native/socket.h"

namespace roomcast {

// Handlers that come late find it through a weak pointer.
class BeastTransport::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(boost::asio::io_context& io) : io_(io), timer_(io) {}

  void Attach(Listener* listener) {
    listener_ = listener;
    if (listener != nullptr) return;
    timer_.cancel();
    if (socket_) socket_->Close(1000, {});
    socket_.reset();
  }

  void Open(std::uint32_t generation, std::string_view url, std::string_view protocol) {
    if (socket_) socket_->Drop();
    generation_ = generation;
    socket_ = std::make_shared<client::Socket>(io_, ReportsOf(generation));
    client::Endpoint endpoint;
    if (client::ParseUrl(url, endpoint)) return socket_->Open(endpoint, protocol);
    boost::asio::post(io_, [self = shared_from_this(), generation] {
      if (self->Hears(generation)) self->listener_->OnClosed(generation, 1006, "not a ws:// URL");
    });
  }
  void Send(std::uint32_t generation, std::string_view bytes) {
    if (socket_ && generation == generation_) socket_->Send(bytes);
  }
  void Close(std::uint32_t generation, std::uint16_t code, std::string_view reason) {
    if (!socket_ || generation != generation_) return;
    socket_->Close(code, reason);
    socket_.reset();
  }

  void SetTimer(std::int64_t monotonic_us) {
    timer_.cancel();
    if (monotonic_us == kNoTimer) return;
    timer_.expires_at(
        std::chrono::steady_clock::time_point(std::chrono::microseconds(monotonic_us)));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self && self->listener_ != nullptr) self->listener_->OnTimer();
    });
  }

 private:
  bool Hears(std::uint32_t generation) const {
    return listener_ != nullptr && socket_ && generation == generation_;
  }

  client::Socket::Reports ReportsOf(std::uint32_t generation) {
    const std::weak_ptr<Impl> weak = weak_from_this();
    const auto report = [weak, generation](auto tell) {
      const auto self = weak.lock();
      if (self && self->Hears(generation)) tell(*self->listener_);
    };
    return {
        [=] { report([=](Listener& listener) { listener.OnOpen(generation); }); },
        [=](std::string_view bytes) {
          report([=](Listener& listener) { listener.OnMessage(generation, bytes); });
        },
        [=] { report([=](Listener& listener) { listener.OnText(generation); }); },
        [=](std::uint16_t code, std::string_view reason) {
          report([=](Listener& listener) { listener.OnClosed(generation, code, reason); });
        },
    };
  }

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  Listener* listener_ = nullptr;
  std::shared_ptr<client::Socket> socket_;
  std::uint32_t generation_ = 0;
};

BeastTransport::BeastTransport(boost::asio::io_context& io) : impl_(std::make_shared<Impl>(io)) {}
BeastTransport::~BeastTransport() { impl_->Attach(nullptr); }

void BeastTransport::Attach(Listener* listener) { impl_->Attach(listener); }
void BeastTransport::Open(std::uint32_t generation, std::string_view url,
                          std::string_view protocol) {
  impl_->Open(generation, url, protocol);
}
void BeastTransport::Send(std::uint32_t generation, std::string_view bytes) {
  impl_->Send(generation, bytes);
}
void BeastTransport::Close(std::uint32_t generation, std::uint16_t code, std::string_view reason) {
  impl_->Close(generation, code, reason);
}
void BeastTransport::SetTimer(std::int64_t monotonic_us) { impl_->SetTimer(monotonic_us); }

Transport::Clocks BeastTransport::Read() const {
  const auto microseconds = [](auto since) {
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  };
  return {microseconds(std::chrono::steady_clock::now().time_since_epoch()),
          microseconds(std::chrono::system_clock::now().time_since_epoch())};
}

void BeastTransport::FillRandom(char* out, std::size_t bytes) {
  // At most 256 bytes are never cut short (getrandom(2)); a machine without randomness is broken.
  if (getrandom(out, bytes, 0) != static_cast<ssize_t>(bytes)) std::abort();
}

}  // namespace roomcast
