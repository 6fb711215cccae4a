// Pages of a room's history, for who asks.
#include <algorithm>
#include <utility>

#include "server/hub/home_failures.h"
#include "server/hub/home_rooms.h"

namespace roomcast::hub {
namespace {

HistoryAnswer AnswerTo(const ReadHistory& ask, const Position& top) {
  HistoryAnswer answer;
  answer.session = ask.session;
  answer.request = ask.request;
  answer.top = top;
  return answer;
}

// What a backend may not read.
std::optional<Failure> FaultOfReader(const NamespaceConfig& config, std::uint32_t limit) {
  if (config.may_read_history == Who::kNobody) {
    return Failure{ErrorCode::kPermissionDenied, "nobody may read this room's history"};
  }
  if (limit > 0 && !config.KeepsHistory()) {
    return Failure{ErrorCode::kNotAvailable, "the room's namespace keeps no history"};
  }
  return std::nullopt;
}

// The positions that were asked for, in this epoch of the stream. A bound of another epoch, or from
// the future, is no bound here, and the answer says that something is lost.
struct Bounds {
  std::uint64_t after = 0;
  std::uint64_t before = UINT64_MAX;
  bool strange = false;
};

Bounds BoundsOf(const ReadHistory& ask, const Position& top) {
  Bounds bounds;
  if (ask.since) {
    bounds.strange = ask.since->epoch != top.epoch || ask.since->offset > top.offset;
    if (ask.since->epoch == top.epoch) bounds.after = std::min(ask.since->offset, top.offset);
  }
  if (ask.before) {
    const bool here = ask.before->epoch == top.epoch && ask.before->offset <= top.offset + 1;
    bounds.strange = bounds.strange || !here;
    if (here) bounds.before = ask.before->offset;
  }
  return bounds;
}

}  // namespace

void HomeRooms::Refuse(const ReadHistory& ask, Failure failure) {
  HistoryAnswer answer = AnswerTo(ask, {});
  answer.refused = true;
  answer.failure = std::move(failure);
  AnswerHistory(ask, std::move(answer));
}

void HomeRooms::AnswerHistory(const ReadHistory& ask, HistoryAnswer answer) {
  if (ask.call) return bridge_answers_.OnHistory(*ask.call, std::move(answer));
  courier_.Send(ask.session.shard, std::move(answer));
}

void HomeRooms::OnReadHistory(ReadHistory ask, Now now) {
  Failure failure;
  HomeRoom* room = Open(ask.room, now, failure);
  if (room == nullptr) return Refuse(ask, std::move(failure));
  // A session was asked for its rights on its own shard.
  if (ask.call) {
    if (auto fault = FaultOfReader(*room->config, ask.limit)) return Refuse(ask, *std::move(fault));
  }
  if (!room->opened) {
    if (!MayWait(*room)) return Refuse(ask, TooManyWait());
    room->Wait(std::move(ask));
    return;
  }
  if (ask.limit == 0) return AnswerHistory(ask, AnswerTo(ask, room->top));
  const Bounds bounds = BoundsOf(ask, room->top);
  Engine::Range range;
  range.after = bounds.after;
  range.before = bounds.before;
  range.messages_max = ask.limit;
  range.bytes_max = config_.recovery_page_bytes;
  range.reverse = ask.reverse;
  engine_.Read(Await(*room, ReadingHistory{std::move(ask)}), room->name, range, now);
}

void HomeRooms::OnHistoryRead(HomeRoom& room, const ReadHistory& ask,
                              const Engine::Answer& answer) {
  if (!answer.ok) return Refuse(ask, EngineFailed());
  HistoryAnswer page = AnswerTo(ask, room.top);
  page.entries = answer.entries;
  const Bounds bounds = BoundsOf(ask, room.top);
  const bool empty = answer.last < answer.first;
  // What was asked for and is in the stream, at both ends.
  const std::uint64_t low = bounds.after + 1;
  const std::uint64_t high = std::min(bounds.before == 0 ? 0 : bounds.before - 1, room.top.offset);
  const std::uint64_t held_from = std::max(low, answer.oldest);
  if (!empty) page.more = ask.reverse ? answer.first > held_from : answer.last < high;
  const bool asked_below = ask.since ? low < answer.oldest && low <= high
                                     : ask.before && high > 0 && high < answer.oldest;
  page.lost = bounds.strange || asked_below;
  AnswerHistory(ask, std::move(page));
}

// ---- Trimming

void HomeRooms::Refuse(const TrimHistory& ask, Failure failure) {
  bridge_answers_.OnTrimmed(ask.call, {{}, 0, true, std::move(failure)});
}

void HomeRooms::OnTrimHistory(TrimHistory ask, Now now) {
  Failure failure;
  HomeRoom* room = Open(ask.room, now, failure);
  if (room == nullptr) return Refuse(ask, std::move(failure));
  if (!room->opened) {
    if (!MayWait(*room)) return Refuse(ask, TooManyWait());
    room->Wait(std::move(ask));
    return;
  }
  std::uint64_t up_to = 0;
  if (ask.up_to) {
    if (ask.up_to->epoch != room->top.epoch || ask.up_to->offset > room->top.offset) {
      return Refuse(ask, {ErrorCode::kBadRequest, "the position is none of the room's stream"});
    }
    up_to = ask.up_to->offset;
  } else if (ask.keep_last) {
    up_to = room->top.offset - std::min<std::uint64_t>(room->top.offset, *ask.keep_last);
  }
  const bool restart = ask.restart;
  const Engine::Ticket ticket = Await(*room, Trimming{std::move(ask)});
  engine_.Trim(ticket, room->name, up_to, restart, now);
}

void HomeRooms::OnTrimmed(HomeRoom& room, const TrimHistory& ask, const Engine::Answer& answer) {
  if (!answer.ok) return Refuse(ask, EngineFailed());
  if (answer.top.epoch != room.top.epoch) {
    // What was said in the old stream comes before its end.
    if (room.turn != HomeRoom::kNoTurn) FlushRoom(room, turns_[room.turn]);
    room.top = answer.top;
    if (room.dedupe) room.dedupe->ForgetOffsets();
    keys_.ForgetOffsets();
    for (std::size_t shard = 0; shard < room.shares.size(); ++shard) {
      HomeRoom::ShardShare& share = room.shares[shard];
      if (share.members == 0) continue;
      // Who missed a batch missed it of the old stream.
      share.missed = false;
      courier_.Send(static_cast<ShardId>(shard), StreamReset{room.handle, room.top});
    }
  }
  bridge_answers_.OnTrimmed(ask.call, {answer.top, answer.removed, false, {}});
}

}  // namespace roomcast::hub
