#ifndef ROOMCAST_SERVER_HUB_USER_MAIL_H_
#define ROOMCAST_SERVER_HUB_USER_MAIL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/protocol/codes.h"
#include "proto/protocol/instant.h"
#include "server/hub/ids.h"
#include "server/hub/revocations.h"
#include "server/hub/session_id.h"

namespace roomcast::hub {

// What a user's home hears of sessions, and what a backend orders about sessions, users and rooms.
// An order goes to the home of what it names; from there to every shard with a session that it
// concerns; and each of these says once how many it did concern (tallies.h).

// Who counts, on the shard that it names.
struct TallyRef {
  ShardId shard{};
  std::uint32_t index = 0;
  std::uint32_t use = 0;
};

// With which words a connection ends.
struct LastWords {
  DisconnectCode code = DisconnectCode::kByOperator;
  std::string reason;
  Duration retry_after{};
};

// A room that a backend keeps a user in.
struct KeptRoom {
  std::string name;
  std::string member_data;
};

// ---- To a user's home

// A session of the user has said Hello: may it stay?
struct AdmitSession {
  SessionRef session;
  SessionNumber number;
  std::string user;
  WallTime token_issued_at{};
};
// Its connection has ended.
struct SessionGone {
  SessionRef session;
  std::string user;
};
// Ends all sessions of a user, those that are parked too if the code says stop.
struct EndUser {
  BridgeCall call{};
  std::string user;
  LastWords words;
  std::optional<Revocation> revoke;  // its `user` is this one
};
struct JoinUser {
  BridgeCall call{};
  std::string user;
  KeptRoom room;
  bool keep = false;  // sessions of later, too
};
// A shard has let so many commands of the user's sessions pass since it last said so.
struct UserSpent {
  ShardId shard{};
  std::string user;
  std::array<std::uint32_t, 3> counts{};  // by RateOf
};
struct LeaveUser {
  BridgeCall call{};
  std::string user;
  std::string room;
  LeftCode code = LeftCode::kRemoved;
  std::string reason;
};

// ---- To a session's home

struct EndOneSession {
  BridgeCall call{};
  SessionNumber number;
  LastWords words;
};

// ---- To a room's home

// Ends every session that is in the room.
struct EndRoom {
  BridgeCall call{};
  std::string room;
  LastWords words;
};

// ---- To a shard with sessions

struct SessionAdmitted {
  SessionRef session;
  std::optional<LastWords> refused;
  std::vector<KeptRoom> rooms;
};
// The user's sessions have asked for too much: no more of that for so long.
struct HoldUser {
  std::string user;
  std::array<Duration, 3> wait{};  // by RateOf; 0: there is some
};
struct OrderEnd {
  SessionRef session;
  LastWords words;
  TallyRef tally;
};
struct OrderJoin {
  SessionRef session;
  KeptRoom room;
  TallyRef tally;
};
struct OrderLeave {
  SessionRef session;
  std::string room;
  LeftCode code = LeftCode::kRemoved;
  std::string reason;
  TallyRef tally;
};
struct OrderEndRoom {
  RoomHandle room{};
  LastWords words;
  TallyRef tally;
};

// ---- To all shards

struct RevokeTokens {
  Revocation revocation;
};
struct ForgetParked {
  std::string user;
  TallyRef tally;
};

// ---- To who counts

struct Counted {
  TallyRef tally;
  std::uint32_t sessions = 0;
};

using UserMail =
    std::variant<AdmitSession, SessionGone, EndUser, JoinUser, LeaveUser, UserSpent, EndOneSession,
                 EndRoom, SessionAdmitted, HoldUser, OrderEnd, OrderJoin, OrderLeave, OrderEndRoom,
                 RevokeTokens, ForgetParked, Counted>;

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_USER_MAIL_H_
