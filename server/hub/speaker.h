#ifndef ROOMCAST_SERVER_HUB_SPEAKER_H_
#define ROOMCAST_SERVER_HUB_SPEAKER_H_

#include <string>
#include <string_view>
#include <utility>

#include "proto/protocol/server_messages.h"
#include "server/hub/events.h"
#include "server/hub/mail.h"
#include "server/hub/outbox.h"
#include "server/hub/session.h"

namespace roomcast::hub {

// Says things to one session: encodes a message and queues it. A reply over the soft limit marks
// the session as choked, so that it asks for nothing more until it has read. What does not fit
// under the hard limit marks it as overflowed; it is ended when the sentence ends.
class Speaker {
 public:
  Speaker(Outbox& outbox, WriteHead write_head, Events& events)
      : outbox_(outbox), write_head_(write_head), events_(events) {}

  void Say(Session& session, const ServerMessage& message,
           Outbox::Lane lane = Outbox::Lane::kOrdered);

  template <class Body>
  void Push(Session& session, Body body, Outbox::Lane lane = Outbox::Lane::kOrdered) {
    Say(session, {0, std::move(body)}, lane);
  }
  // The reply to request `id`; id 0 wants none.
  template <class Body>
  void Reply(Session& session, std::uint32_t id, Body body) {
    if (id != 0) Say(session, {id, std::move(body)});
  }
  // An Error is sent also where no reply is wanted.
  void Fail(Session& session, std::uint32_t id, const Failure& failure);
  // As JoinOutcome carries it.
  Error ToError(const Failure& failure);

  // The last words, and the transport's close with the same code behind them.
  void Disconnect(Session& session, DisconnectCode code, std::string_view reason) {
    Disconnect(session, code, reason, Duration(0));
  }
  // Codes of an application are counted as those of an operator.
  void Disconnect(Session& session, const LastWords& words) {
    Disconnect(session, words.code, words.reason, words.retry_after);
  }

 private:
  void Disconnect(Session& session, DisconnectCode code, std::string_view reason,
                  Duration retry_after);

  Outbox& outbox_;
  WriteHead write_head_;
  Events& events_;
  std::string scratch_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SPEAKER_H_
