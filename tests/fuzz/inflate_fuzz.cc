// A stranger's deflated message. Whatever it is, it gets one answer, the same from an inflater that
// is new and from one that has seen others, and never more bytes than the limit. And what our own
// deflater makes of these bytes inflates to them again.
//
// Input: bytes 0 and 1 are the limit, byte 2 our deflater's level, the rest is the payload.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "server/websocket/deflater.h"
#include "server/websocket/inflater.h"

namespace roomcast::websocket {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Tell(const Inflater::Answer& answer, std::size_t bytes_max) {
  if (const auto* error = std::get_if<FrameError>(&answer)) {
    Check(error->Text().size() <= kCloseReasonBytesMax);
    return std::string(Label(error->violation)) + error->Text();
  }
  const auto bytes = std::get<std::span<std::byte>>(answer);
  Check(bytes.size() <= bytes_max);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace
}  // namespace roomcast::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roomcast::websocket;  // NOLINT(google-build-using-namespace)
  if (size < 3) return 0;
  const std::size_t bytes_max = data[0] | data[1] << 8;
  const auto payload = std::as_bytes(std::span(data + 3, size - 3));
  static Inflater used;
  Inflater fresh;
  const std::string told = Tell(fresh.Inflate(payload, bytes_max), bytes_max);
  if (told != Tell(used.Inflate(payload, bytes_max), bytes_max)) std::abort();

  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  Deflater deflater(1 + data[2] % 9);
  const auto deflated = deflater.Deflate(text);
  if (!deflated) return 0;
  if (deflated->size() >= text.size()) std::abort();
  const auto again = used.Inflate(std::as_bytes(std::span(*deflated)), text.size());
  if (Tell(again, text.size()) != text) std::abort();
  return 0;
}
