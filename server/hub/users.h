#ifndef ROOMCAST_SERVER_HUB_USERS_H_
#define ROOMCAST_SERVER_HUB_USERS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/protocol/siphash.h"
#include "server/hub/courier.h"
#include "server/hub/hub_config.h"
#include "server/hub/mail.h"
#include "server/hub/revocations.h"
#include "server/hub/session_directory.h"
#include "server/hub/tallies.h"
#include "server/hub/user_rates.h"

namespace roomcast::hub {

// The users that are at home on this shard: which of their sessions have a connection and where,
// how many they may have, the rooms that a backend keeps them in; and what a backend orders about a
// user. An anonymous user is its one session, and is at home where its session is: its id says so.
class Users {
 public:
  Users(const HubConfig& config, Courier& courier, Tallies& tallies, Revocations& revocations,
        SessionDirectory& directory);

  void OnAdmit(const AdmitSession& ask, Now now);
  void OnGone(const SessionGone& gone);
  // Its sessions have asked for so much; where that is too much, their shards hear so.
  void OnSpent(const UserSpent& spent, Now now);

  // A backend's orders.
  void OnEnd(const EndUser& order, Now now);
  void OnJoin(const JoinUser& order);
  void OnLeave(const LeaveUser& order);

  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  // A session with a connection.
  struct Place {
    SessionRef session;
    SessionNumber number;
  };
  template <class Value>
  using PerUser = std::unordered_map<std::string, Value, KeyedHash, std::equal_to<>>;

  // Where the user's sessions are.
  [[nodiscard]] std::vector<SessionRef> SessionsOf(std::string_view user) const;
  // False: the hub keeps as many as it may.
  [[nodiscard]] bool Keep(const std::string& user, const KeptRoom& room);

  const HubConfig& config_;
  Courier& courier_;
  Tallies& tallies_;
  Revocations& revocations_;
  SessionDirectory& directory_;
  const std::size_t kept_max_;  // of this shard
  UserBudgets budgets_;
  PerUser<std::vector<Place>> places_;
  PerUser<std::vector<KeptRoom>> kept_;
  std::size_t kept_rooms_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_USERS_H_
