#ifndef ROOMCAST_CLIENT_WASM_TESTING_TEST_TRANSPORT_H_
#define ROOMCAST_CLIENT_WASM_TESTING_TEST_TRANSPORT_H_

#include <cstdint>
#include <string_view>

#include "roomcast/client.h"

namespace roomcast::testing {

class TestTransport;

// What a transport asks of its world.
class TestNetwork {
 public:
  virtual ~TestNetwork() = default;
  virtual void Open(TestTransport& from, std::uint32_t generation) = 0;
  virtual void Send(TestTransport& from, std::uint32_t generation, std::string_view bytes) = 0;
  virtual void Close(TestTransport& from, std::uint32_t generation, std::uint16_t code) = 0;
  virtual Transport::Clocks ReadClocks() const = 0;
  virtual void FillRandom(char* out, std::size_t bytes) = 0;
};

// One client's end: hands on what it is asked, and keeps its listener and its timer.
class TestTransport final : public Transport {
 public:
  explicit TestTransport(TestNetwork& network) : network_(network) {}

  void Attach(Listener* listener) override {
    listener_ = listener;
    if (listener == nullptr) timer_us_ = kNoTimer;
  }
  void Open(std::uint32_t generation, std::string_view, std::string_view) override {
    network_.Open(*this, generation);
  }
  void Send(std::uint32_t generation, std::string_view bytes) override {
    network_.Send(*this, generation, bytes);
  }
  void Close(std::uint32_t generation, std::uint16_t code, std::string_view) override {
    network_.Close(*this, generation, code);
  }
  void SetTimer(std::int64_t monotonic_us) override { timer_us_ = monotonic_us; }
  Clocks Read() const override { return network_.ReadClocks(); }
  void FillRandom(char* out, std::size_t bytes) override { network_.FillRandom(out, bytes); }

  // nullptr: the client is gone, or was not there yet.
  [[nodiscard]] Listener* listener() const { return listener_; }
  [[nodiscard]] std::int64_t timer_us() const { return timer_us_; }
  void FireTimer() {
    timer_us_ = kNoTimer;
    listener_->OnTimer();
  }

 private:
  TestNetwork& network_;
  Listener* listener_ = nullptr;
  std::int64_t timer_us_ = kNoTimer;
};

}  // namespace roomcast::testing

#endif  // ROOMCAST_CLIENT_WASM_TESTING_TEST_TRANSPORT_H_
