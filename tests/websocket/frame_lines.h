// A peer that writes frames, right or wrong, and a reader that tells what a parser made of them as
// short lines: "binary abc", "ping x", "close 1000 bye", "error 1002 unmasked".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/websocket/frame_header.h"
#include "server/websocket/frame_parser.h"

namespace roomcast::websocket {

inline constexpr MaskKey kTestKey = {std::byte{0x37}, std::byte{0xFA}, std::byte{0x21},
                                     std::byte{0x3D}};

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline std::string AsString(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string ClientFrame(FrameShape shape, std::string_view payload) {
  std::string out;
  AppendClientFrame(out, shape, AsBytes(payload), kTestKey);
  return out;
}

inline std::string ServerFrame(FrameShape shape, std::string_view payload) {
  std::string out;
  AppendServerFrame(out, shape, AsBytes(payload));
  return out;
}

inline std::string EventLine(const FrameEvent& event) {
  if (const auto* message = std::get_if<Message>(&event)) {
    return std::string(message->compressed ? "deflated " : "") +
           (message->text ? "text " : "binary ") + AsString(message->bytes);
  }
  if (const auto* ping = std::get_if<Ping>(&event)) return "ping " + AsString(ping->payload);
  if (const auto* pong = std::get_if<Pong>(&event)) return "pong " + AsString(pong->payload);
  if (const auto* close = std::get_if<Close>(&event)) {
    return "close " + std::to_string(close->code) + " " + std::string(close->reason);
  }
  if (const auto* error = std::get_if<FrameError>(&event)) {
    return "error " + std::to_string(error->CloseCode()) + " " +
           std::string(Label(error->violation));
  }
  return "need more";
}

using Lines = std::vector<std::string>;

struct Reading {
  Lines lines;
  std::size_t held_bytes_most = 0;
};

// Feeds `wire` in pieces of `piece_bytes`, each in a buffer of its own that is spoilt afterwards,
// as a lent buffer would be.
inline Reading Read(FrameParser& parser, std::string_view wire, std::size_t piece_bytes) {
  Reading reading;
  while (!wire.empty()) {
    std::string lent(wire.substr(0, piece_bytes));
    wire.remove_prefix(lent.size());
    std::span<std::byte> input = std::as_writable_bytes(std::span(lent));
    while (true) {
      const FrameEvent event = parser.Next(input);
      reading.held_bytes_most = std::max(reading.held_bytes_most, parser.HeldBytes());
      if (std::holds_alternative<NeedMore>(event)) break;
      reading.lines.push_back(EventLine(event));
    }
    std::fill(lent.begin(), lent.end(), '\xEE');
  }
  return reading;
}

inline Lines ReadLines(const FrameParserConfig& config, std::string_view wire,
                       std::size_t piece_bytes) {
  FrameParser parser(config);
  return Read(parser, wire, piece_bytes).lines;
}

}  // namespace roomcast::websocket
