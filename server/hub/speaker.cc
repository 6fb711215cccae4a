#include "server/hub/speaker.h"

#include <variant>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

namespace roomcast::hub {
namespace {

DisconnectAction ActionAfter(DisconnectCode code) {
  if (AfterCloseCode(static_cast<std::uint32_t>(code)) == AfterClose::kStop) {
    return DisconnectAction::kStop;
  }
  // With memory gone on this side there is nothing to resume.
  return code == DisconnectCode::kShutdown ? DisconnectAction::kFresh : DisconnectAction::kResume;
}

bool IsReply(const ServerMessage& message) {
  return message.id != 0 || std::holds_alternative<Error>(message.body) ||
         std::holds_alternative<Pong>(message.body);
}

}  // namespace

void Speaker::Say(Session& session, const ServerMessage& message, Outbox::Lane lane) {
  if (session.state == Session::State::kEnded) return;
  scratch_.clear();
  AppendFrame(scratch_, message);
  const Outbox::Fill fill =
      outbox_.Push(session.connection, SharedBytes::Join(write_head_, {scratch_}), lane);
  if (fill == Outbox::Fill::kOverSoft || fill == Outbox::Fill::kOverHard) {
    session.over_soft = true;
    session.choked = session.choked || IsReply(message);
  }
  // A Ping or Pong that does not fit can be done without; an answer cannot.
  const bool heartbeat =
      std::holds_alternative<Ping>(message.body) || std::holds_alternative<Pong>(message.body);
  if (fill == Outbox::Fill::kOverHard && !heartbeat) session.overflowed = true;
}

Error Speaker::ToError(const Failure& failure) {
  events_.OnError(failure.code);
  return {static_cast<std::uint32_t>(failure.code), failure.message, IsTemporary(failure.code),
          Milliseconds(failure.retry_after)};
}

void Speaker::Fail(Session& session, std::uint32_t id, const Failure& failure) {
  Say(session, {id, ToError(failure)});
}

void Speaker::Disconnect(Session& session, DisconnectCode code, std::string_view reason,
                         Duration retry_after) {
  if (session.state == Session::State::kEnded) return;
  reason = TruncateUtf8(reason, kReasonBytesMax);
  roomcast::Disconnect last_words;
  last_words.code = static_cast<std::uint32_t>(code);
  last_words.reason = reason;
  last_words.action = ActionAfter(code);
  last_words.retry_after_ms = Milliseconds(retry_after);
  // A slow reader's last words overtake what it will never read.
  Say(session, {0, last_words},
      code == DisconnectCode::kSlow ? Outbox::Lane::kFast : Outbox::Lane::kOrdered);
  outbox_.Close(session.connection, code, reason);
  events_.OnDisconnect(NameOf(code) == "unknown" ? DisconnectCode::kByOperator : code);
  session.state = Session::State::kEnded;
  session.parks = AfterCloseCode(static_cast<std::uint32_t>(code)) != AfterClose::kStop &&
                  code != DisconnectCode::kShutdown;
}

}  // namespace roomcast::hub
