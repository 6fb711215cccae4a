// What the bridge asks about users, sessions and rooms goes to the home of what it names; what it
// asks of the hub as a process, to Operations.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "server/hub/home.h"
#include "server/net/bridge_desk.h"
#include "server/net/bridge_order.h"
#include "server/net/gateway.h"

namespace roomcast::net {
namespace {

bridge::HubError NotHere(const char* message) {
  return HubErrorOf({ErrorCode::kNotAvailable, message, {}});
}

std::optional<Operations::Milliseconds> Span(const std::optional<std::uint32_t>& ms) {
  if (!ms) return std::nullopt;
  return Operations::Milliseconds(*ms);
}

}  // namespace

void Gateway::Order(hub::ShardId home, BridgeOrder order) {
  Letter letter(std::move(order));
  if (post_office_.Post(home, letter)) return;
  std::get<BridgeOrder>(letter).Refuse(Overloaded("the shard that sees to it is busy"));
}

void Gateway::JoinUser(bridge::JoinUserCommand command, bridge::Done<bridge::SessionCount> done) {
  const hub::ShardId home = hub::HomeShardOfUser(config_, command.user);
  hub::JoinUser order{{},
                      std::move(command.user),
                      {std::move(command.room), std::move(command.member_data)},
                      command.keep};
  Order(home, {std::move(order), command.not_after, std::move(done)});
}

void Gateway::LeaveUser(bridge::LeaveUserCommand command, bridge::Done<bridge::SessionCount> done) {
  const hub::ShardId home = hub::HomeShardOfUser(config_, command.user);
  hub::LeaveUser order{{},
                       std::move(command.user),
                       std::move(command.room),
                       static_cast<LeftCode>(command.code),
                       std::move(command.reason)};
  Order(home, {std::move(order), command.not_after, std::move(done)});
}

void Gateway::Disconnect(bridge::DisconnectCommand command,
                         bridge::Done<bridge::SessionCount> done) {
  using Who = bridge::DisconnectCommand::Who;
  hub::LastWords words{static_cast<DisconnectCode>(command.code), std::move(command.reason),
                       std::chrono::milliseconds(command.retry_after_ms)};
  if (command.who == Who::kUser) {
    const hub::ShardId home = hub::HomeShardOfUser(config_, command.name);
    hub::EndUser order{{}, std::move(command.name), std::move(words), std::nullopt};
    return Order(home, {std::move(order), command.not_after, std::move(done)});
  }
  if (command.who == Who::kRoom) {
    const hub::ShardId home = hub::HomeShardOf(config_, command.name);
    hub::EndRoom order{{}, std::move(command.name), std::move(words)};
    return Order(home, {std::move(order), command.not_after, std::move(done)});
  }
  const auto number = hub::ParseSessionId(command.name);
  if (!number || static_cast<std::uint16_t>(number->home) >= config_.shards) {
    return std::move(done)(bridge::SessionCount{0});
  }
  Order(number->home,
        {hub::EndOneSession{{}, *number, std::move(words)}, command.not_after, std::move(done)});
}

void Gateway::TrimHistory(bridge::TrimHistoryCommand command,
                          bridge::Done<bridge::TrimOutcome> done) {
  const hub::ShardId home = hub::HomeShardOf(config_, command.room);
  hub::TrimHistory order;
  order.room = std::move(command.room);
  if (command.up_to) order.up_to = Position{command.up_to->epoch, command.up_to->offset};
  order.keep_last = command.keep_last;
  order.restart = command.restart;
  Order(home, {std::move(order), command.not_after, std::move(done)});
}

void Gateway::Drain(bridge::DrainCommand command, bridge::Done<bridge::DrainOutcome> done) {
  if (facts_.operations == nullptr) return std::move(done)(NotHere("this hub is not drained so"));
  const auto left = facts_.operations->Drain(Span(command.notice_ms), Span(command.spread_ms));
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::move(done)(bridge::DrainOutcome{
      static_cast<std::uint32_t>(std::min<std::int64_t>(left.count(), kMost))});
}

void Gateway::ReloadConfig(bool dry_run, bridge::Done<bridge::ReloadOutcome> done) {
  if (facts_.operations == nullptr) return std::move(done)(NotHere("this hub has no config"));
  facts_.operations->Reload(
      dry_run, [done = std::move(done)](Operations::ReloadAnswer answer) mutable {
        if (const auto* why = std::get_if<std::string>(&answer)) {
          return std::move(done)(HubErrorOf({ErrorCode::kBadRequest, *why, {}}));
        }
        auto& reloaded = std::get<Operations::Reloaded>(answer);
        std::move(done)(
            bridge::ReloadOutcome{std::move(reloaded.changed), std::move(reloaded.needs_restart)});
      });
}

void Gateway::MintToken(bridge::MintTokenCommand command, bridge::Done<bridge::MintedToken> done) {
  if (facts_.operations == nullptr || !facts_.development) {
    return std::move(done)(NotHere("only a hub that was started for development makes tokens"));
  }
  facts_.operations->MintToken(
      {std::move(command.user), std::chrono::seconds(command.lifetime_s), std::move(command.rooms)},
      [done = std::move(done)](Operations::MintAnswer answer) mutable {
        if (const auto* why = std::get_if<std::string>(&answer)) {
          return std::move(done)(HubErrorOf({ErrorCode::kBadRequest, *why, {}}));
        }
        auto& minted = std::get<Operations::Minted>(answer);
        std::move(done)(bridge::MintedToken{std::move(minted.token), minted.expires_at_us});
      });
}

}  // namespace roomcast::net
