// What becomes of the engine's answers: a stream is opened, a publication is in its place, a reader
// is given what follows its position.
#include <algorithm>
#include <utility>

#include "proto/protocol/frame.h"
#include "server/hub/home_failures.h"
#include "server/hub/home_rooms.h"

namespace roomcast::hub {
namespace {

// How long a publication keeps a room without members: its publish id must be remembered, and
// history can be read, for as long as either is promised.
Duration NeededAfter(const HomeRoom& room, Duration dedupe_window, bool in_stream,
                     bool has_publish_id) {
  const bool kept = in_stream && room.config->KeepsHistory();
  const Duration readable = kept ? room.config->keep.ttl : Duration(0);
  return has_publish_id ? std::max(dedupe_window, readable) : readable;
}

}  // namespace

// ----------------------------------------------------------------------------

void HomeRooms::TakeAnswers(Now now) {
  for (Engine::Answer answer; engine_.TakeAnswer(answer);) OnAnswer(answer, now);
}

void HomeRooms::OnAnswer(const Engine::Answer& answer, Now now) {
  const auto slot = static_cast<std::uint32_t>(answer.ticket);
  Pending pending = std::exchange(pending_[slot], Pending{});
  free_.push_back(slot);
  HomeRoom* room = Find(pending.room);
  if (room == nullptr) return;
  --room->asked;
  if (std::holds_alternative<Opening>(pending.what)) {
    OnOpened(*room, answer, now);
  } else if (const auto* appending = std::get_if<Appending>(&pending.what)) {
    OnAppended(*room, *appending, answer, now);
  } else if (const auto* recovering = std::get_if<Recovering>(&pending.what)) {
    OnRecovered(*room, recovering->join, answer, now);
  } else if (const auto* catching_up = std::get_if<CatchingUp>(&pending.what)) {
    OnRead(*room, catching_up->ask, answer);
  } else if (const auto* reading = std::get_if<ReadingHistory>(&pending.what)) {
    OnHistoryRead(*room, reading->ask, answer);
  } else if (const auto* trimming = std::get_if<Trimming>(&pending.what)) {
    OnTrimmed(*room, trimming->ask, answer);
  }
}

void HomeRooms::OnOpened(HomeRoom& room, Engine::Answer answer, Now now) {
  room.opened = answer.ok;
  room.top = answer.top;
  for (const Mail& mail : room.TakeWaiting()) {
    if (const auto* join = std::get_if<JoinRoom>(&mail)) {
      answer.ok ? OnJoin(*join, now) : Refuse(*join, EngineFailed());
    } else if (const auto* publish = std::get_if<PublishToRoom>(&mail)) {
      answer.ok ? OnPublish(PublishToRoom(*publish), now) : Refuse(publish->origin, EngineFailed());
    } else if (const auto* ask = std::get_if<ReadHistory>(&mail)) {
      answer.ok ? OnReadHistory(*ask, now) : Refuse(*ask, EngineFailed());
    } else if (const auto* trim = std::get_if<TrimHistory>(&mail)) {
      answer.ok ? OnTrimHistory(*trim, now) : Refuse(*trim, EngineFailed());
    }
    // An answer's entries are good until the next question.
    TakeAnswers(now);
  }
  if (answer.ok) return;
  // The next request tries again with a room of its own.
  LetGo(room, now);
}

void HomeRooms::OnCatchUp(const CatchUp& ask, Now now) {
  HomeRoom* room = Find(ask.handle);
  if (room == nullptr) return;
  if (room->config->delivery == Delivery::kDroppable || ask.epoch != room->top.epoch) {
    Page page;
    page.handle = ask.handle;
    page.epoch = ask.epoch;
    page.after = ask.after;
    page.top = page.last = page.gap_to = room->top.offset;
    page.gap_from = ask.after + 1;
    page.gap_reason = GapReason::kSlow;
    courier_.Send(ask.from, std::move(page));
    return;
  }
  Engine::Range range;
  range.after = ask.after;
  range.bytes_max = config_.recovery_page_bytes;
  engine_.Read(Await(*room, CatchingUp{ask}), room->name, range, now);
}

void HomeRooms::OnRead(HomeRoom& room, const CatchUp& ask, const Engine::Answer& answer) {
  Page page;
  page.handle = ask.handle;
  page.epoch = ask.epoch;
  page.after = ask.after;
  page.top = room.top.offset;
  const bool empty = !answer.ok || answer.last < answer.first;
  const std::uint64_t next = empty ? room.top.offset + 1 : answer.first;
  if (next > ask.after + 1) {
    page.gap_from = ask.after + 1;
    page.gap_to = next - 1;
    page.gap_reason = !answer.ok                    ? GapReason::kEngine
                      : room.config->KeepsHistory() ? GapReason::kEvicted
                                                    : GapReason::kSlow;
  }
  page.last = empty ? room.top.offset : answer.last;
  if (!empty) {
    page.publications = static_cast<std::uint32_t>(answer.last - answer.first + 1);
    head_.clear();
    AppendRoomBatchHead(head_, static_cast<std::uint64_t>(room.handle), answer.entries.size());
    page.bytes = SharedBytes::Join(write_head_, {head_, answer.entries});
  }
  courier_.Send(ask.from, std::move(page));
}

void HomeRooms::OnRecovered(HomeRoom& room, const JoinRoom& join, const Engine::Answer& answer,
                            Now now) {
  if (!answer.ok) return Refuse(join, EngineFailed());
  // What history holds begins after `start`.
  const std::uint64_t start = answer.last < answer.first ? room.top.offset : answer.first - 1;
  Verdict verdict = Verdict::kRecovered;
  if (const auto* asked = std::get_if<Position>(&join.since)) {
    if (asked->epoch != room.top.epoch || asked->offset != start) verdict = Verdict::kLost;
  }
  if (verdict == Verdict::kLost && join.on_lost == OnLost::kReject) {
    return Refuse(join, {ErrorCode::kUnrecoverablePosition,
                         "history begins at offset " + std::to_string(start + 1)});
  }
  Admit(room, join, verdict, start, now);
}

void HomeRooms::OnAppended(HomeRoom& room, const Appending& appending, const Engine::Answer& answer,
                           Now now) {
  if (!answer.ok) {
    Refuse(appending.origin, EngineFailed());
    for (const PublishOrigin& origin : appending.repeated) Refuse(origin, EngineFailed());
    return;
  }
  if (appending.counter != 0 && appending.by_key) {
    keys_.Record(KeyIn(room, appending.producer), appending.counter, answer.top.offset,
                 now.instant);
  } else if (appending.counter != 0) {
    if (!room.dedupe) {
      room.dedupe =
          std::make_unique<Dedupe>(Dedupe::Config{config_.dedupe_window, config_.dedupe_producers});
    }
    room.dedupe->Record(appending.producer, appending.counter, answer.top.offset, now.instant);
  }
  if (answer.top.offset != 0) {
    room.top = answer.top;
    AddToTurn(room, answer.entries, answer.top.offset);
  }
  room.needed_until = std::max(
      room.needed_until, now.instant + NeededAfter(room, config_.dedupe_window,
                                                   answer.top.offset != 0, appending.counter != 0));
  AnswerPublish(appending.origin, answer.top, false);
  for (const PublishOrigin& origin : appending.repeated) AnswerPublish(origin, answer.top, true);
}

}  // namespace roomcast::hub
