#include "roomcast/browser_transport.h"

#include <emscripten.h>
#include <emscripten/html5.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

namespace roomcast {

// What the page reports, see the functions at the end.
class BrowserTransport::Impl {
 public:
  Transport::Listener* listener = nullptr;
  std::uint32_t generation = 0;  // of the socket that there is; 0: none
  long timer = 0;
  std::string received;
};

}  // namespace roomcast

// One socket for each transport, kept by its address. What comes of a socket that was closed or
// replaced is not told.
// clang-format off
EM_JS(void, roomcast_browser_open, (void* self, const char* url, const char* protocol), {
  var sockets = Module['roomcastSockets'] || (Module['roomcastSockets'] = {});
  var socket;
  var ended = function(code, reason) {
    if (sockets[self] !== socket) return;
    delete sockets[self];
    var bytes = new TextEncoder().encode(reason);
    var at = _roomcast_browser_buffer(self, bytes.length);
    HEAPU8.set(bytes, at);
    _roomcast_browser_closed(self, code);
  };
  try {
    socket = new WebSocket(UTF8ToString(url), UTF8ToString(protocol));
  } catch (fault) {
    socket = {};
    sockets[self] = socket;
    setTimeout(function() { ended(1006, ""); });
    return;
  }
  sockets[self] = socket;
  socket.binaryType = 'arraybuffer';
  socket.onopen = function() {
    if (sockets[self] === socket) _roomcast_browser_opened(self);
  };
  socket.onmessage = function(event) {
    if (sockets[self] !== socket) return;
    if (typeof event.data === 'string') return _roomcast_browser_text(self);
    var at = _roomcast_browser_buffer(self, event.data.byteLength);
    HEAPU8.set(new Uint8Array(event.data), at);
    _roomcast_browser_message(self);
  };
  socket.onclose = function(event) { ended(event.code, event.reason); };
});

EM_JS(void, roomcast_browser_send, (void* self, const char* bytes, int count), {
  var socket = (Module['roomcastSockets'] || {})[self];
  if (socket && socket.readyState === 1) socket.send(HEAPU8.slice(bytes, bytes + count));
});

EM_JS(void, roomcast_browser_close, (void* self, int code, const char* reason), {
  var sockets = Module['roomcastSockets'] || {};
  var socket = sockets[self];
  delete sockets[self];
  if (socket && socket.close) socket.close(code, UTF8ToString(reason));
});
// clang-format on

namespace roomcast {
namespace {

void OnTimer(void* self) {
  auto& impl = *static_cast<BrowserTransport::Impl*>(self);
  impl.timer = 0;
  if (impl.listener != nullptr) impl.listener->OnTimer();
}

// The socket is over, whoever ended it.
std::uint32_t TakeGeneration(BrowserTransport::Impl& impl) {
  return std::exchange(impl.generation, 0);
}

}  // namespace

BrowserTransport::BrowserTransport() : impl_(std::make_unique<Impl>()) {}

BrowserTransport::~BrowserTransport() {
  SetTimer(kNoTimer);
  roomcast_browser_close(impl_.get(), 1000, "");
}

void BrowserTransport::Attach(Listener* listener) {
  impl_->listener = listener;
  if (listener != nullptr) return;
  SetTimer(kNoTimer);
  if (TakeGeneration(*impl_) != 0) roomcast_browser_close(impl_.get(), 1000, "");
}

void BrowserTransport::Open(std::uint32_t generation, std::string_view url,
                            std::string_view protocol) {
  impl_->generation = generation;
  roomcast_browser_open(impl_.get(), std::string(url).c_str(), std::string(protocol).c_str());
}

void BrowserTransport::Send(std::uint32_t generation, std::string_view bytes) {
  if (impl_->generation != generation) return;
  roomcast_browser_send(impl_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

void BrowserTransport::Close(std::uint32_t generation, std::uint16_t code,
                             std::string_view reason) {
  if (impl_->generation != generation) return;
  TakeGeneration(*impl_);
  roomcast_browser_close(impl_.get(), code, std::string(reason).c_str());
}

void BrowserTransport::SetTimer(std::int64_t monotonic_us) {
  if (impl_->timer != 0) emscripten_clear_timeout(impl_->timer);
  impl_->timer = 0;
  if (monotonic_us == kNoTimer) return;
  // What a browser's timers can wait for at most; an early call is harmless.
  constexpr std::int64_t kMostMs = 0x7fffffff;
  const std::int64_t left_us = std::max<std::int64_t>(monotonic_us - Read().monotonic_us, 0);
  const auto ms = static_cast<double>(std::min(left_us / 1000 + 1, kMostMs));
  impl_->timer = emscripten_set_timeout(OnTimer, ms, impl_.get());
}

Transport::Clocks BrowserTransport::Read() const {
  const auto us = [](auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  };
  return {us(std::chrono::steady_clock::now()), us(std::chrono::system_clock::now())};
}

void BrowserTransport::FillRandom(char* out, std::size_t bytes) {
  constexpr std::size_t kMostAtOnce = 256;
  for (std::size_t at = 0; at < bytes; at += kMostAtOnce) {
    if (getentropy(out + at, std::min(kMostAtOnce, bytes - at)) != 0) std::abort();
  }
}

}  // namespace roomcast

// The page calls these.
extern "C" {

using Browser = roomcast::BrowserTransport::Impl;

EMSCRIPTEN_KEEPALIVE char* roomcast_browser_buffer(Browser* self, int bytes) {
  self->received.resize(static_cast<std::size_t>(bytes));
  return self->received.data();
}
EMSCRIPTEN_KEEPALIVE void roomcast_browser_opened(Browser* self) {
  if (self->listener != nullptr) self->listener->OnOpen(self->generation);
}
EMSCRIPTEN_KEEPALIVE void roomcast_browser_message(Browser* self) {
  if (self->listener != nullptr) self->listener->OnMessage(self->generation, self->received);
}
EMSCRIPTEN_KEEPALIVE void roomcast_browser_text(Browser* self) {
  if (self->listener != nullptr) self->listener->OnText(self->generation);
}
// The reason is in the buffer.
EMSCRIPTEN_KEEPALIVE void roomcast_browser_closed(Browser* self, int code) {
  const std::uint32_t generation = std::exchange(self->generation, 0);
  if (self->listener == nullptr) return;
  self->listener->OnClosed(generation, static_cast<std::uint16_t>(code), self->received);
}

}  // extern "C"
