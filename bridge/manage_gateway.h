// What the bridge asks of the hub about users, sessions and rooms, and about the hub itself. The
// rules are those of room_gateway.h.
#ifndef ROOMCAST_BRIDGE_MANAGE_GATEWAY_H_
#define ROOMCAST_BRIDGE_MANAGE_GATEWAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/gateway_words.h"

namespace roomcast::bridge {

// How many sessions an order concerned.
struct SessionCount {
  std::uint32_t sessions = 0;
};

struct JoinUserCommand {
  std::string user;
  std::string room;
  std::string member_data;
  bool keep = false;
  Deadline not_after = kNoDeadline;
};

struct LeaveUserCommand {
  std::string user;
  std::string room;
  std::uint32_t code = 2000;  // 2000-2999
  std::string reason;
  Deadline not_after = kNoDeadline;
};

struct DisconnectCommand {
  enum class Who : std::uint8_t { kUser, kSession, kRoom };
  Who who = Who::kUser;
  std::string name;
  std::uint16_t code = 3503;  // 3000-4999
  std::string reason;
  std::uint32_t retry_after_ms = 0;
  Deadline not_after = kNoDeadline;
};

// One of the three.
struct TrimHistoryCommand {
  std::string room;
  std::optional<RoomPosition> up_to;
  std::optional<std::uint32_t> keep_last;
  bool restart = false;
  Deadline not_after = kNoDeadline;
};

struct TrimOutcome {
  RoomPosition top;
  std::uint64_t removed = 0;
};

// nullopt: as configured.
struct DrainCommand {
  std::optional<std::uint32_t> notice_ms;
  std::optional<std::uint32_t> spread_ms;
};

struct DrainOutcome {
  std::uint32_t deadline_ms = 0;
};

struct ReloadOutcome {
  std::vector<std::string> changed;
  std::vector<std::string> needs_restart;
};

struct MintTokenCommand {
  std::string user;
  std::uint32_t lifetime_s = 0;  // 0: as configured
  std::vector<std::string> rooms;
};

struct MintedToken {
  std::string token;
  std::int64_t expires_at = 0;
};

class ManageGateway {
 public:
  ManageGateway() = default;
  ManageGateway(const ManageGateway&) = delete;
  ManageGateway& operator=(const ManageGateway&) = delete;
  virtual ~ManageGateway() = default;

  virtual void JoinUser(JoinUserCommand command, Done<SessionCount> done) = 0;
  virtual void LeaveUser(LeaveUserCommand command, Done<SessionCount> done) = 0;
  virtual void Disconnect(DisconnectCommand command, Done<SessionCount> done) = 0;
  virtual void TrimHistory(TrimHistoryCommand command, Done<TrimOutcome> done) = 0;
  virtual void Drain(DrainCommand command, Done<DrainOutcome> done) = 0;
  virtual void ReloadConfig(bool dry_run, Done<ReloadOutcome> done) = 0;
  virtual void MintToken(MintTokenCommand command, Done<MintedToken> done) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_MANAGE_GATEWAY_H_
