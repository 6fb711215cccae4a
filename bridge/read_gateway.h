// What the bridge asks of rooms, users and sessions without changing anything. The rules are those
// of room_gateway.h.
#ifndef ROOMCAST_BRIDGE_READ_GATEWAY_H_
#define ROOMCAST_BRIDGE_READ_GATEWAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/gateway_words.h"

namespace roomcast::bridge {

// The fields of History, where their meaning is said.
struct HistoryQuery {
  std::string room;
  std::optional<RoomPosition> since;
  std::optional<RoomPosition> before;
  std::uint32_t limit = 0;
  bool reverse = false;
  Deadline not_after = kNoDeadline;
};

struct HistoryOutcome {
  RoomPosition top;
  // An encoded HistoryPage that has its publications and nothing else.
  std::string publications;
  bool more = false;
  bool lost = false;
};

struct PresenceQuery {
  std::string room;
  std::string after;        // users' names
  std::uint32_t limit = 0;  // 0: as many as a page holds
  Deadline not_after = kNoDeadline;
};

struct PresenceOutcome {
  struct User {
    std::string user;
    std::uint32_t sessions = 0;
    std::string data;
  };
  std::uint64_t version = 0;
  std::vector<User> users;
  std::uint32_t user_count = 0;
  std::uint32_t session_count = 0;
  bool more = false;  // users follow the last of these
};

struct PresenceCount {
  std::uint32_t users = 0;
  std::uint32_t sessions = 0;
};

// In the order of the rooms that were asked for.
using PresenceCounts = std::vector<Answer<PresenceCount>>;

class ReadGateway {
 public:
  virtual ~ReadGateway() = default;

  virtual void GetHistory(HistoryQuery query, Done<HistoryOutcome> done) = 0;
  virtual void GetPresence(PresenceQuery query, Done<PresenceOutcome> done) = 0;
  virtual void GetPresenceCounts(std::vector<std::string> rooms, Deadline not_after,
                                 Done<PresenceCounts> done) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_READ_GATEWAY_H_
