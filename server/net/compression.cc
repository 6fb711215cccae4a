#include "server/net/compression.h"

#include <utility>

#include "server/net/frame_heads.h"
#include "server/websocket/utf8.h"

namespace roomcast::net {
namespace {

constexpr std::uint8_t kFullWindowBits = 15;

}  // namespace

hub::SharedBytes Compression::Outbound(hub::SharedBytes message, std::uint8_t window_bits) {
  using Form = hub::SharedBytes::Form;
  const std::size_t payload_bytes = message.payload().size();
  if (payload_bytes < config_.above_bytes) return message;
  // The shared form looks back as far as it likes. A client with a small window, which hardly any
  // has, takes it where the whole message fits into that window.
  if (window_bits < kFullWindowBits && payload_bytes > std::size_t{1} << window_bits) {
    return message;
  }
  if (message.form() == Form::kNotMade) {
    const auto deflated = deflater_.Deflate(message.payload());
    message.SetOtherForm(deflated ? MakeDeflated(message, *deflated) : hub::SharedBytes());
    metrics_.Count(ops::Counter::kMessagesDeflated);
  }
  if (message.form() != Form::kMade) return message;
  hub::SharedBytes other = message.other_form();
  metrics_.Count(ops::Counter::kDeflateSavedBytes, message.size() - other.size());
  return other;
}

websocket::Inflater::Answer Compression::Inbound(const websocket::Message& message,
                                                 std::size_t bytes_max) {
  metrics_.Count(ops::Counter::kMessagesInflated);
  const auto answer = inflater_.Inflate(message.bytes, bytes_max);
  if (!message.text || std::holds_alternative<websocket::FrameError>(answer)) return answer;
  const auto bytes = std::get<std::span<std::byte>>(answer);
  websocket::Utf8Check check;
  const auto bad = check.Feed(bytes);
  if (!bad && check.Complete()) return answer;
  return websocket::FrameError{websocket::Violation::kTextNotUtf8, bad.value_or(bytes.size())};
}

}  // namespace roomcast::net
