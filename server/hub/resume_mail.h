#ifndef ROOMCAST_SERVER_HUB_RESUME_MAIL_H_
#define ROOMCAST_SERVER_HUB_RESUME_MAIL_H_

#include <optional>

#include "proto/protocol/instant.h"
#include "server/hub/ids.h"
#include "server/hub/parked_session.h"
#include "server/hub/resume_outcome.h"
#include "server/hub/session_id.h"

namespace roomcast::hub {

// How a session goes from one connection to the next, whichever shards they are on. The shard that
// a session's id names is its home: every move goes through it, so that there is one order of
// moves, and a session is at one place or on its way to or from home.

// ---- To the session's home

// A new connection asks for it.
struct TakeSession {
  SessionRef asker;
  SessionNumber number;
  SessionKey key{};
  Instant asked_at{};  // when its Hello came: mail may be late, and the newest connection has it
};

// Its connection is gone, or gave way to a newer one: this is what is left of it.
struct ParkSession {
  SessionRef holder;
  SessionNumber number;
  ParkedSession session;
};

// It is over.
struct EndSession {
  SessionRef holder;
  SessionNumber number;
};

// ---- From the session's home

// To the shard of its connection: a newer one asks. Answered by ParkSession, or it is under way.
struct YieldSession {
  SessionRef holder;
};

// To the asker's shard.
struct SessionTaken {
  SessionRef asker;
  SessionNumber number;
  ResumeOutcome outcome = ResumeOutcome::kUnknown;
  std::optional<ParkedSession> session;  // where resumed
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_RESUME_MAIL_H_
