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

// The fields of RoomInfo and SessionInfo, where their meaning is said.
struct RoomFacts {
  std::string room;
  std::uint32_t members = 0;
  std::uint32_t users = 0;
  RoomPosition position;
  std::uint32_t history_count = 0;
  std::uint64_t history_bytes = 0;
  std::int64_t last_publication_at = 0;
  std::uint32_t behind = 0;
};
struct SessionFacts {
  std::string session;
  std::string user;
  std::string node;
  std::uint32_t shard = 0;
  bool parked = false;
  std::int64_t opened_at = 0;
  std::int64_t connected_at = 0;
  std::string address;
  std::string client_name;
  std::string client_version;
  std::uint32_t round_trip_us = 0;
  std::uint32_t outbox_bytes = 0;
  std::uint32_t room_count = 0;
};

struct RoomsQuery {
  std::string name_prefix;
  std::vector<std::string> namespaces;  // none: all
  std::uint32_t members_min = 0;
};
struct SessionsQuery {
  std::string user;
  std::string room;
  std::string session;
};

// A part of a list, in its order: what fits, of what comes after the name or id that was asked for,
// up to and including `reached`. It may be empty and yet not the last.
template <class Facts>
struct ListPage {
  std::vector<Facts> items;
  std::string reached;
  bool more = false;
};

class ReadGateway {
 public:
  virtual ~ReadGateway() = default;

  virtual void GetHistory(HistoryQuery query, Done<HistoryOutcome> done) = 0;
  virtual void GetPresence(PresenceQuery query, Done<PresenceOutcome> done) = 0;
  virtual void GetPresenceCounts(std::vector<std::string> rooms, Deadline not_after,
                                 Done<PresenceCounts> done) = 0;
  // By name, and by session id; empty `after`: from the first.
  virtual void ListRooms(RoomsQuery query, std::string after, Deadline not_after,
                         Done<ListPage<RoomFacts>> done) = 0;
  virtual void ListSessions(SessionsQuery query, std::string after, Deadline not_after,
                            Done<ListPage<SessionFacts>> done) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_READ_GATEWAY_H_
