#include "client-wasm/core/room.h"

#include <algorithm>

#include "proto/protocol/limits.h"

namespace roomcast::client {

bool IsPlausible(const std::optional<Position>& position) {
  constexpr std::uint64_t kOffsetMax = std::uint64_t{1} << 53;
  return position && position->epoch != 0 && position->offset < kOffsetMax;
}

Room::Room(RoomId id, std::string_view name)
    : id_(id), name_(name), backoff_({kBackoffFirst, kBackoffMost, kBackoffStable}) {}

bool Room::Take(RoomStep step) {
  const std::optional<RoomPhase> next = Next(phase_, step);
  if (!next) return false;
  phase_ = *next;
  asked_ = kNoCall;
  watch_ = {};
  retry_at_ = kNever;
  if (phase_ == RoomPhase::kOffline || phase_ == RoomPhase::kMember) in_doubt_ = false;
  if (phase_ == RoomPhase::kOut) {
    has_position_ = false;
    was_member_ = false;
    backoff_.Reset();
  }
  return true;
}

void Room::SetOptions(const JoinOptions& options) {
  since_ = options.since;
  on_lost_ = options.on_lost;
  echo_ = options.echo;
  if (phase_ == RoomPhase::kOut) {
    terms_ = {};
    has_news_ = has_new_token_ = false;
  }
  const auto replace = [this](KeptText& known, std::string_view given) {
    if (given.empty() || given == known.view()) return false;
    known = given;
    return has_news_ = true;
  };
  if (replace(terms_.token, options.token)) has_new_token_ = true;
  replace(terms_.member_data, options.member_data);
  if (options.presence > terms_.presence) {
    terms_.presence = options.presence;
    has_news_ = true;
  }
}

Join Room::MakeJoin() const {
  Join join;
  join.room = name_.view();
  join.token = terms_.token.view();
  join.since = since_;
  if (has_position_) join.since = cursor_.position();
  join.on_lost = on_lost_;
  join.presence = terms_.presence;
  join.member_data = Bytes(terms_.member_data);
  return join;
}

void Room::PauseUntil(const Now& now, Duration at_least, std::uint64_t random) {
  backoff_.OnLost(now.instant);
  retry_at_ = now.instant + std::max(at_least, backoff_.Next(random));
}

std::optional<Room::Start> Room::OnJoined(const Joined& joined, const Now& now) {
  if (!IsPlausible(joined.position) || joined.start > joined.position->offset) return std::nullopt;
  const Position top = *joined.position;
  Position had = cursor_.position();
  bool asked = has_position_;
  if (const Position* since = std::get_if<Position>(&since_); since != nullptr && !asked) {
    had = *since;
    asked = true;
  }
  Start start{joined.verdict == Verdict::kRecovered, joined.verdict, 0};
  if (asked && had.epoch == top.epoch && joined.start <= had.offset && had.offset <= top.offset) {
    // All that is missing follows; what overlaps is discarded on its way.
    cursor_.MoveTo(had);
    start.recovered = true;
  } else {
    // Whatever the verdict says, what lies between is not going to come.
    if (asked) start = {false, Verdict::kLost, 0};
    cursor_.MoveTo({top.epoch, joined.start});
  }
  start.replayed = top.offset - cursor_.position().offset;
  has_position_ = true;
  was_member_ = true;
  joined_top_ = top.offset;
  OnAgreed();
  backoff_.OnConnected(now.instant);
  return start;
}

void Room::OnReset(const Position& position) {
  cursor_.MoveTo(position);
  joined_top_ = 0;
}

}  // namespace roomcast::client
