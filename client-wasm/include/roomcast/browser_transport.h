#ifndef ROOMCAST_BROWSER_TRANSPORT_H_
#define ROOMCAST_BROWSER_TRANSPORT_H_

#include <memory>

#include "roomcast/client.h"

namespace roomcast {

// A client's world in a page, for programs built with Emscripten: the browser's WebSocket and its
// timers. Everything happens on the page's main thread, between two turns of its event loop. The
// client goes before the transport; neither may go while one of its callbacks runs.
class BrowserTransport : public Transport {
 public:
  BrowserTransport();
  ~BrowserTransport() override;

  void Attach(Listener* listener) override;
  void Open(std::uint32_t generation, std::string_view url, std::string_view protocol) override;
  void Send(std::uint32_t generation, std::string_view bytes) override;
  void Close(std::uint32_t generation, std::uint16_t code, std::string_view reason) override;
  void SetTimer(std::int64_t monotonic_us) override;
  Clocks Read() const override;
  void FillRandom(char* out, std::size_t bytes) override;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomcast

#endif  // ROOMCAST_BROWSER_TRANSPORT_H_
