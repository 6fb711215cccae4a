#include "server/hub/user_rates.h"

#include <algorithm>
#include <limits>

#include "server/hub/home.h"

namespace roomcast::hub {
namespace {

std::uint32_t Times(std::uint32_t factor, std::uint32_t value) {
  const std::uint64_t product = std::uint64_t{factor} * value;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(product, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

RateLimit LimitOfUser(const HubConfig& config, RateOf of) {
  const RateLimit one = LimitOf(config, of);
  return {Times(config.user_rate_factor, one.per_second),
          Times(config.user_rate_factor, one.burst)};
}

// ---- Where the sessions are

UserShares::Share& UserShares::Enter(const std::string& user) {
  Share& share = shares_.try_emplace(user).first->second;
  if (share.sessions++ == 0) share.user = user;
  return share;
}

void UserShares::Leave(Share& share) {
  if (--share.sessions > 0) return;
  // Who comes and goes has not spent less.
  Tell(share);
  shares_.erase(shares_.find(share.user));
}

void UserShares::Count(Share& share, RateOf of) {
  const std::uint32_t untold = ++share.untold[IndexOf(of)];
  const std::uint32_t at_once = LimitOfUser(config_, of).burst / (8u * config_.shards);
  if (!share.known || untold >= std::max(at_once, 1u)) Tell(share);
}

void UserShares::Tell(Share& share) {
  if (std::all_of(share.untold.begin(), share.untold.end(), [](auto n) { return n == 0; })) return;
  courier_.Send(HomeShardOfUser(config_, share.user),
                UserMail(UserSpent{self_, share.user, share.untold}));
  share.untold = {};
  share.known = true;
}

void UserShares::OnHold(const HoldUser& hold, Instant now) {
  const auto found = shares_.find(hold.user);
  if (found == shares_.end()) return;
  for (std::size_t i = 0; i < kRatesOf; ++i) {
    found->second.held_until[i] = std::max(found->second.held_until[i], now + hold.wait[i]);
  }
}

// ---- Where the account is

std::array<Duration, kRatesOf> UserBudgets::Spend(const UserSpent& spent, Instant now) {
  if (budgets_.size() >= look_at_) ForgetFull(now);
  Budget& budget = budgets_[spent.user];
  std::array<Duration, kRatesOf> wait{};
  for (std::size_t i = 0; i < kRatesOf; ++i) {
    const RateLimit limit = LimitOfUser(config_, static_cast<RateOf>(i));
    if (i == budget.size()) budget.emplace_back(limit.per_second, limit.burst, now);
    budget[i].SetRate(limit.per_second, limit.burst);
    budget[i].Charge(spent.counts[i], now);
    wait[i] = budget[i].Wait(now);
  }
  return wait;
}

void UserBudgets::ForgetFull(Instant now) {
  std::erase_if(budgets_, [&](const auto& entry) {
    return std::all_of(entry.second.begin(), entry.second.end(),
                       [&](const TokenBucket& bucket) { return bucket.IsFull(now); });
  });
  look_at_ = std::max<std::size_t>(64, 2 * budgets_.size());
}

}  // namespace roomcast::hub
