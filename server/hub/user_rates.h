#ifndef ROOMCAST_SERVER_HUB_USER_RATES_H_
#define ROOMCAST_SERVER_HUB_USER_RATES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/protocol/siphash.h"
#include "server/hub/courier.h"
#include "server/hub/hub_config.h"
#include "server/hub/ids.h"
#include "server/hub/mail.h"
#include "server/hub/session_rates.h"
#include "server/hub/token_bucket.h"

namespace roomcast::hub {

// What all sessions of one user together may ask for in a second: `user_rate_factor` times what one
// session may. They are on any shards, and a command waits for none of them:
//
//   shard of a session: UserShares                   home of the user: UserBudgets
//   counts what it lets pass            UserSpent ─► takes it from the user's buckets, which may
//   owe refuses the user's commands for so long ◄─ HoldUser   whenever one owes, until it does not
//
// So every command is paid for, and over any long time no user has more than its rate. At once it
// may have the burst, an eighth of that which shards have not told yet, and what its sessions ask
// for while the mail travels; it then waits for as long as that was too much. An anonymous user is
// one session, whose own rates are less than this.

// All sessions of one user together.
RateLimit LimitOfUser(const HubConfig& config, RateOf of);

// On the shard of a session: its users, from the first command of one of them until its last
// session here is gone.
class UserShares {
 public:
  struct Share {
    std::string user;
    std::uint32_t sessions = 0;
    bool known = false;  // its home has heard of it
    std::array<std::uint32_t, kRatesOf> untold{};
    std::array<Instant, kRatesOf> held_until{};
  };

  UserShares(ShardId self, const HubConfig& config, Courier& courier)
      : self_(self), config_(config), courier_(courier), shares_(0, KeyedHash{config.hash_key}) {}

  // A session of the user has its first command, and is gone. The share stays where it is
  // meanwhile.
  Share& Enter(const std::string& user);
  void Leave(Share& share);

  // How long the user is to wait; 0: not at all.
  static Duration Wait(const Share& share, RateOf of, Instant now) {
    return std::max(Duration(0), share.held_until[IndexOf(of)] - now);
  }
  // One has passed.
  void Count(Share& share, RateOf of);
  void OnHold(const HoldUser& hold, Instant now);

  [[nodiscard]] std::size_t size() const { return shares_.size(); }

 private:
  void Tell(Share& share);

  const ShardId self_;
  const HubConfig& config_;
  Courier& courier_;
  std::unordered_map<std::string, Share, KeyedHash, std::equal_to<>> shares_;
};

// At the users' home. Holds who has spent something lately, and no others.
class UserBudgets {
 public:
  explicit UserBudgets(const HubConfig& config)
      : config_(config), budgets_(0, KeyedHash{config.hash_key}) {}

  // How long the user has to wait for each.
  std::array<Duration, kRatesOf> Spend(const UserSpent& spent, Instant now);

  [[nodiscard]] std::size_t size() const { return budgets_.size(); }

 private:
  using Budget = std::vector<TokenBucket>;  // kRatesOf
  void ForgetFull(Instant now);

  const HubConfig& config_;
  std::unordered_map<std::string, Budget, KeyedHash, std::equal_to<>> budgets_;
  std::size_t look_at_ = 64;  // so many: some may be full again
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_USER_RATES_H_
