#ifndef ROOMCAST_BEAST_TRANSPORT_H_
#define ROOMCAST_BEAST_TRANSPORT_H_

#include <memory>

#include "roomcast/client.h"

namespace boost::asio {
class io_context;
}

namespace roomcast {

// A client's world on this machine: plain `ws://` over Boost.Beast, on an io_context of the
// caller's. Everything happens on the thread that runs the io_context; Client must be used there
// too, or before it runs. The client goes before the transport, the transport before the
// io_context.
class BeastTransport : public Transport {
 public:
  explicit BeastTransport(boost::asio::io_context& io);
  ~BeastTransport() override;

  void Attach(Listener* listener) override;
  void Open(std::uint32_t generation, std::string_view url, std::string_view protocol) override;
  void Send(std::uint32_t generation, std::string_view bytes) override;
  void Close(std::uint32_t generation, std::uint16_t code, std::string_view reason) override;
  void SetTimer(std::int64_t monotonic_us) override;
  Clocks Read() const override;
  void FillRandom(char* out, std::size_t bytes) override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace roomcast

#endif  // ROOMCAST_BEAST_TRANSPORT_H_
