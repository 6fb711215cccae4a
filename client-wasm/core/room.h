#ifndef ROOMCAST_CLIENT_WASM_CORE_ROOM_H_
#define ROOMCAST_CLIENT_WASM_CORE_ROOM_H_

#include <optional>
#include <string_view>

#include "client-wasm/core/ids.h"
#include "client-wasm/core/kept_text.h"
#include "client-wasm/core/options.h"
#include "client-wasm/core/room_table.h"
#include "proto/protocol/backoff.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/stream_cursor.h"

namespace roomcast::client {

// A room as the application knows it: the wish to be in it, how far that is, and where reading
// stands. The position outlives connections and ends with the wish. Sends nothing by itself.
class Room {
 public:
  Room(RoomId id, std::string_view name);

  RoomId id() const { return id_; }
  std::string_view name() const { return name_; }
  RoomPhase phase() const { return phase_; }
  bool echo() const { return echo_; }
  // Was a member since the wish began.
  bool was_member() const { return was_member_; }

  // False: the step has no meaning in this phase, and nothing changed.
  bool Take(RoomStep step);

  // What the next Join says, with the position where there is one. Views this room.
  Join MakeJoin() const;
  // Of a join. In a room that is wanted already, token and member data, where there are any, take
  // the place of those before, and who asked for more of presence is not made to go without.
  void SetOptions(const JoinOptions& options);
  // The hub does not know all of the options.
  bool has_news() const { return has_news_; }
  bool has_new_token() const { return has_new_token_; }
  // The hub refused those that it was told of last, and there are no newer ones: back to those
  // before.
  void TakeBackOptions() { asked_ = kNoCall, terms_ = agreed_; }

  // The Join under way: the id it has on the wire, which only one of the same asking can answer.
  void OnAsked(CallId id, const Now& now) {
    asked_ = id, asked_at_ = now, has_news_ = has_new_token_ = false;
    told_token_ = terms_.token;
  }
  // The Join of a member, which changes nothing but the options, was answered.
  void OnAgreed() {
    asked_ = kNoCall, agreed_ = terms_;
    if (has_new_token_) agreed_.token = told_token_;
  }
  CallId asked() const { return asked_; }
  const Now& asked_at() const { return asked_at_; }

  // When to ask again: to join, in kPause; as a member, who is there. `random` is uniform over 64
  // bits.
  void PauseUntil(const Now& now, Duration at_least, std::uint64_t random);
  void EndPause() { retry_at_ = kNever; }
  Instant retry_at() const { return retry_at_; }

  // A Join of this connection was not answered in time: the hub may have the client as a member.
  void OnUnanswered() { in_doubt_ = true; }
  bool in_doubt() const { return in_doubt_; }

  // What a Joined means for reading. nullopt: it does not make sense.
  struct Start {
    bool recovered;
    Verdict verdict;
    std::uint64_t replayed;
  };
  std::optional<Start> OnJoined(const Joined& joined, const Now& now);

  // Whether a publication is to be delivered; moves the position.
  [[nodiscard]] StreamCursor::Step OnPublication(std::uint64_t offset) {
    if (offset == 0) return StreamCursor::Step::kDeliver;  // ephemeral: has no place in the stream
    return cursor_.OnPublication(offset);
  }
  bool IsReplay(std::uint64_t offset) const { return offset != 0 && offset <= joined_top_; }
  [[nodiscard]] bool OnGap(const Gap& gap) { return cursor_.OnGap(gap.from, gap.to); }
  void OnReset(const Position& position);

  // What a later Join says of this member.
  void SetMemberData(std::string_view data) { terms_.member_data = data; }
  // What is known of who is there; ends with the membership.
  struct Presence {
    std::uint64_t version = 0;
    CallId asked = kNoCall;  // a page of the list is on its way
    bool first = false;      // it is the first one
    bool stale = false;      // the list misses something: to be asked for again
  };
  Presence& presence() { return watch_; }
  bool wants_members() const { return terms_.presence == PresenceInterest::kMembers; }

  // Absent before the first join and after the wish has ended.
  std::optional<Position> position() const {
    return has_position_ ? std::optional(cursor_.position()) : std::nullopt;
  }

 private:
  RoomId id_;
  KeptText name_;
  // What a Join of a member may change.
  struct Terms {
    KeptText token;
    KeptText member_data;
    PresenceInterest presence = PresenceInterest::kNone;
  };
  Terms terms_;
  Terms agreed_;  // by the hub
  bool has_news_ = false;
  bool has_new_token_ = false;
  KeptText told_token_;  // to the hub, by the last Join
  std::variant<std::monostate, Position, LastCount, LastMs> since_;
  OnLost on_lost_ = OnLost::kContinue;
  bool echo_ = true;

  RoomPhase phase_ = RoomPhase::kOut;
  bool was_member_ = false;
  bool in_doubt_ = false;
  CallId asked_ = kNoCall;
  Now asked_at_{};
  Instant retry_at_ = kNever;
  Backoff backoff_;

  StreamCursor cursor_;
  bool has_position_ = false;
  std::uint64_t joined_top_ = 0;
  Presence watch_;
};

// A position that a hub can mean: epochs are never 0, and an offset fits a JavaScript number.
bool IsPlausible(const std::optional<Position>& position);

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_ROOM_H_
