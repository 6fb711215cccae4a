#ifndef ROOMCAST_SERVER_HUB_RESUME_OUTCOME_H_
#define ROOMCAST_SERVER_HUB_RESUME_OUTCOME_H_

#include <cstdint>

namespace roomcast::hub {

// What came of a Hello that named a session. Whatever is not kResumed, kTakenOver or kRevoked goes
// on as a new session, and the client is not told which it was: nobody can find out what sessions
// there are.
enum class ResumeOutcome : std::uint8_t {
  kResumed,
  kUnknown,  // no such session: it ended, its time was over, or it never was
  kWrongKey,
  kOtherUser,  // the token names somebody else
  kTakenOver,  // a connection that is newer still asked for it: this one is ended with 3505
  kRevoked,    // an operator ended it for good: this connection is ended with 3503
};

// Why a parked session was let go.
enum class ParkedDrop : std::uint8_t { kExpired, kEvicted };

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_RESUME_OUTCOME_H_
