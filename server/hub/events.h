#ifndef ROOMCAST_SERVER_HUB_EVENTS_H_
#define ROOMCAST_SERVER_HUB_EVENTS_H_

#include <cstdint>

#include "proto/protocol/codes.h"
#include "proto/protocol/instant.h"
#include "proto/protocol/server_messages.h"
#include "server/hub/resume_outcome.h"

namespace roomcast::hub {

// Why a well framed message makes no sense.
enum class BadMessage : std::uint8_t {
  kMalformed,    // not an encoding of ClientFrame
  kBeforeHello,  // a command before Hello
  kSecondHello,  // Hello again
  kBadHello,     // Hello of another version, or with a field that is out of its range
};

// What an operator counts of a shard's doings. The adapter implements it with metrics; every call
// is cheap, on the shard's thread, and may not call back.
class Events {
 public:
  enum class Door { kWebSocket, kBridge };

  virtual ~Events() = default;
  virtual void OnSession(bool resumed) = 0;                   // a Welcome was sent
  virtual void OnPublication(Door door, bool duplicate) = 0;  // taken in, or recognised as repeated
  virtual void OnDeliveries(std::uint64_t count) = 0;         // publications queued for members
  virtual void OnError(ErrorCode code) = 0;                   // an Error reply
  virtual void OnDisconnect(DisconnectCode code) = 0;         // the hub ended a connection
  virtual void OnGap(GapReason reason) = 0;                   // a Gap was sent
  virtual void OnBehind() = 0;                                // a member fell behind
  virtual void OnMailboxFull() = 0;                           // a post found the mailbox full
  virtual void OnRoundTrip(Duration round_trip) = 0;          // a Pong answered a Ping
  // Who does not count these need not say so.
  virtual void OnJoined(Verdict) {}            // a session became a room's member
  virtual void OnLeft(LeftCode) {}             // a session was taken out of a room
  virtual void OnResume(ResumeOutcome) {}      // a Hello named a session
  virtual void OnParkedDropped(ParkedDrop) {}  // a parked session was let go
  virtual void OnBadMessage(BadMessage) {}     // a message that ends its connection with 3501
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_EVENTS_H_
