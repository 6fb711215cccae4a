// RFC 6455 frames of a stranger. What comes out must not depend on how the bytes were cut, and
// memory must stay within the limits at every moment.
//
// Input: byte 0 chooses the cuts, byte 1 the settings, the rest is the wire.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/websocket/frame_parser.h"
#include "tests/fuzz/pieces.h"

namespace roomcast::websocket {
namespace {

struct Told {
  std::vector<std::string> events;
  bool mid_message = false;
};

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Tell(const FrameEvent& event) {
  const auto text = [](std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  if (const auto* message = std::get_if<Message>(&event)) {
    if (message->text && !message->compressed) Check(IsUtf8(text(message->bytes)));
    return std::string("message") + (message->text ? " text" : "") +
           (message->compressed ? " compressed " : " ") + text(message->bytes);
  }
  if (const auto* ping = std::get_if<Ping>(&event)) return "ping " + text(ping->payload);
  if (const auto* pong = std::get_if<Pong>(&event)) return "pong " + text(pong->payload);
  if (const auto* close = std::get_if<Close>(&event)) {
    Check(close->code == kCloseNoCode || MayTravelInCloseFrame(close->code));
    Check(IsUtf8(close->reason));
    return "close " + std::to_string(close->code) + " " + std::string(close->reason);
  }
  const auto& error = std::get<FrameError>(event);
  Check(MayTravelInCloseFrame(error.CloseCode()));
  Check(error.Text().size() <= kCloseReasonBytesMax);
  return std::string(Label(error.violation)) + " " + error.Text();
}

Told Read(const FrameParserConfig& config, const std::vector<std::string>& pieces) {
  FrameParser parser(config);
  Told told;
  for (std::string piece : pieces) {  // a copy: it is unmasked in place
    std::span<std::byte> input = std::as_writable_bytes(std::span(piece));
    while (true) {
      const FrameEvent event = parser.Next(input);
      const std::size_t most = config.message_bytes_max;
      Check(parser.HeldBytes() <= most + most / 8 + 64 + kControlPayloadBytesMax);
      if (std::holds_alternative<NeedMore>(event)) break;
      told.events.push_back(Tell(event));
    }
    Check(input.empty());
    if (!parser.MidMessage()) Check(parser.HeldBytes() == 0);
  }
  told.mid_message = parser.MidMessage();
  return told;
}

FrameParserConfig Settings(std::uint8_t byte) {
  FrameParserConfig config;
  config.role = (byte & 1) != 0 ? Role::kClient : Role::kServer;
  config.compression = (byte & 2) != 0;
  config.text = (byte & 4) == 0;
  config.message_bytes_max = (byte & 8) != 0 ? 200 : 64 * 1024;
  config.fragments_max = (byte & 16) != 0 ? 3 : 64;
  return config;
}

}  // namespace
}  // namespace roomcast::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roomcast::websocket;  // NOLINT(google-build-using-namespace)
  if (size < 2) return 0;
  const FrameParserConfig config = Settings(data[1]);
  const std::string_view wire(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Told whole = Read(config, {std::string(wire)});
  const Told cut = Read(config, roomcast::fuzz::Pieces(wire, data[0]));
  if (whole.events != cut.events || whole.mid_message != cut.mid_message) std::abort();
  return 0;
}
