#include "server/net/turn_away.h"

#include <string>

#include "proto/protocol/codes.h"
#include "proto/protocol/frame.h"
#include "server/net/frame_heads.h"

namespace roomcast::net {

using ops::TurnedAway;

std::string_view WordsOf(TurnedAway reason) {
  switch (reason) {
    case TurnedAway::kFull:
      return "too many connections";
    case TurnedAway::kMemory:
      return "the hub is short of memory";
    case TurnedAway::kAddressConnections:
      return "too many connections of this address";
    case TurnedAway::kAddressRate:
    case TurnedAway::kAddressFlood:
      return "too many new connections of this address";
    case TurnedAway::kDescriptors:
      return "the hub is out of file descriptors";
  }
  return "";
}

std::uint32_t RetryAfterSeconds(TurnedAway reason) {
  // What one owes for coming too fast is paid in a second; the rest takes until others have gone.
  return reason == TurnedAway::kAddressRate || reason == TurnedAway::kAddressFlood ? 2 : 10;
}

Handshake::Respond RefuseFile(TurnedAway reason) {
  const auto refusal = websocket::RefusalReason::kTooManyRequests;
  return {
      websocket::WriteRefusal({refusal, std::string(WordsOf(reason)), RetryAfterSeconds(reason)}),
      refusal, nullptr};
}

hub::SharedBytes MakeTurnAway(TurnedAway reason) {
  ServerMessage message;
  Disconnect& words = message.body.emplace<Disconnect>();
  words.code = static_cast<std::uint32_t>(DisconnectCode::kTryAgainLater);
  words.reason = WordsOf(reason);
  words.action = DisconnectAction::kResume;
  words.retry_after_ms = RetryAfterSeconds(reason) * 1000;
  words.spread_ms = words.retry_after_ms;
  std::string frame;
  AppendFrame(frame, message);
  return hub::SharedBytes::Join(WriteBinaryHead, {frame});
}

}  // namespace roomcast::net
