#ifndef ROOMCAST_SERVER_HUB_HOME_ROOMS_H_
#define ROOMCAST_SERVER_HUB_HOME_ROOMS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "proto/protocol/watch_messages.h"
#include "server/hub/courier.h"
#include "server/hub/engine.h"
#include "server/hub/events.h"
#include "server/hub/home_room.h"
#include "server/hub/hub_config.h"
#include "server/hub/room_index.h"
#include "server/hub/shared_bytes.h"
#include "server/hub/tallies.h"

namespace roomcast::hub {

// The rooms that are at home on this shard: it alone gives their publications offsets, recognises
// repeated publish ids, and joins what was published in a turn into one batch a room, which goes to
// every shard that has members. A room is made by its first join or publish, and is let go when
// nobody is in it and nothing in it can matter any more.
class HomeRooms {
 public:
  HomeRooms(ShardId self, const HubConfig& config, Engine& engine, Courier& courier,
            BridgeAnswers& bridge_answers, Events& events, WriteHead write_head);

  void OnJoin(JoinRoom join, Now now);
  void OnRejoin(const RejoinRoom& again);
  void OnLeave(const LeaveRoom& leave, Now now);
  void OnPublish(PublishToRoom&& publish, Now now);
  void OnCatchUp(const CatchUp& ask, Now now);
  // A backend ends everybody who is in the room.
  void OnEndRoom(const EndRoom& order, Tallies& tallies);
  void OnReadHistory(ReadHistory ask, Now now);
  // A backend drops what the room keeps.
  void OnTrimHistory(TrimHistory ask, Now now);
  void OnReadPresence(const ReadPresence& ask);
  void OnUpdatePresence(const UpdatePresence& update);
  void On(const WatchPrefix& watch);
  void On(const UnwatchPrefix& unwatch);
  // What the engine has answered since; call after every input.
  void TakeAnswers(Now now);

  // Namespaces have changed: rooms that are there go on under the new ones, each from when it is
  // next looked at.
  void OnConfigChanged(Now now);

  // The end of a turn: batches go out. True: a shard has missed one and is still to be told.
  bool Flush();

  void OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const;
  [[nodiscard]] std::size_t size() const { return rooms_.size(); }
  // All there are that are named `from` or later, by name, as long as `visit` says to go on.
  template <class Visit>
  void VisitFrom(std::string_view from, Visit visit) const {
    rooms_.VisitFrom(from, visit);
  }
  [[nodiscard]] Engine::Held HeldOf(const HomeRoom& room) const {
    return engine_.HeldOf(room.name);
  }
  // Who reads the hub's own figures, where that room is at home here.
  [[nodiscard]] std::size_t stats_readers() const {
    return stats_room_ == nullptr ? 0 : stats_room_->members + StreamsIn(*stats_room_);
  }
  // As it is, without making one.
  [[nodiscard]] const HomeRoom* Look(std::string_view name) const { return rooms_.Find(name); }

 private:
  // What an engine's answer is for. Kept in slots; a ticket is the slot's number.
  struct Opening {};
  struct Appending {
    PublishOrigin origin;
    ProducerId producer;
    std::uint64_t counter = 0;
    bool by_key = false;
    std::vector<PublishOrigin> repeated;  // the same id came again before the answer did
  };
  struct Recovering {
    JoinRoom join;
  };
  struct CatchingUp {
    CatchUp ask;
  };
  struct ReadingHistory {
    ReadHistory ask;
  };
  struct Trimming {
    TrimHistory ask;
  };
  struct Pending {
    RoomHandle room{};
    std::variant<std::monostate, Opening, Appending, Recovering, CatchingUp, ReadingHistory,
                 Trimming>
        what;
  };

  HomeRoom* Find(RoomHandle handle);
  HomeRoom& UpToDate(HomeRoom& room);
  HomeRoom* Open(std::string_view name, Now now, Failure& failure);
  Engine::Ticket Await(HomeRoom& room, decltype(Pending::what) what);

  void AnswerJoin(HomeRoom& room, const JoinRoom& join, Verdict verdict, std::uint64_t start);
  // The same, and whoever asked is told of it.
  void Admit(HomeRoom& room, const JoinRoom& join, Verdict verdict, std::uint64_t start, Now now);
  void Refuse(const JoinRoom& join, Failure failure);
  void Refuse(const ReadHistory& ask, Failure failure);
  void AnswerHistory(const ReadHistory& ask, HistoryAnswer answer);
  void AnswerPublish(const PublishOrigin& origin, Position position, bool duplicate);
  void Refuse(const PublishOrigin& origin, Failure failure);

  void OnTrimmed(HomeRoom& room, const TrimHistory& ask, const Engine::Answer& answer);
  void Refuse(const TrimHistory& ask, Failure failure);
  // Takes one from the room's rate; nullopt: there was one.
  std::optional<Failure> TakeFromRate(HomeRoom& room, Now now);
  // A key means something within its room.
  [[nodiscard]] ProducerId KeyIn(const HomeRoom& room, const ProducerId& key) const {
    return {key.public_half ^ SipHash(config_.hash_key, room.name), key.secret_half};
  }
  [[nodiscard]] std::size_t RoomsMax() const;  // of this shard

  void Publish(HomeRoom& room, const PublishToRoom& publish, Now now);
  bool IsRepeated(HomeRoom& room, const PublishToRoom& publish, Now now);
  void AddToTurn(HomeRoom& room, std::string_view entries, std::uint64_t offset);
  void OnAnswer(const Engine::Answer& answer, Now now);
  void OnOpened(HomeRoom& room, Engine::Answer answer, Now now);
  void OnAppended(HomeRoom& room, const Appending& appending, const Engine::Answer& answer,
                  Now now);
  void OnRecovered(HomeRoom& room, const JoinRoom& join, const Engine::Answer& answer, Now now);
  void OnRead(HomeRoom& room, const CatchUp& ask, const Engine::Answer& answer);

  void OnHistoryRead(HomeRoom& room, const ReadHistory& ask, const Engine::Answer& answer);

  // Who is there, as far as Joined says it.
  static std::shared_ptr<const PresenceReport> SnapshotOf(const HomeRoom& room,
                                                          PresenceInterest interest);
  void EnterPresence(HomeRoom& room, const JoinRoom& join, JoinAnswer& answer);
  void LeavePresence(HomeRoom& room, const LeaveRoom& leave, Now now);
  void PresenceIsDue(HomeRoom& room);
  void TellPresence(Now now);
  void PushPresence(HomeRoom& room, const PresenceChange& change);
  // False: a shard's mailbox is full, and it is to be told later.
  bool PostPresence(HomeRoom& room, const PresencePush& push);

  // Streams of backends (home_rooms_watch.cc).
  struct MemberName {
    const SessionNumber* number = nullptr;
    std::string_view user;
  };
  void EnterWatch(HomeRoom& room, const JoinRoom& join, JoinAnswer& answer);
  void LeaveWatch(HomeRoom& room, const LeaveRoom& leave, Now now);
  void MeetPrefixes(HomeRoom& room);
  void LeaveMet(const HomeRoom& room);
  void Tell(const HomeRoom& room, Lifecycle news, const MemberName& member, Now now);
  // It has a member or a publication.
  void OpenForAll(HomeRoom& room, Now now);
  // Nobody is in it, and nothing of it is needed: true, and whoever asked is told.
  bool CloseIfOver(HomeRoom& room, Now now);
  // Somebody would miss it, whatever it holds.
  static bool IsHeld(const HomeRoom& room) { return room.members > 0 || StreamsIn(room) > 0; }
  // Streams that asked for it by its name.
  static std::size_t StreamsIn(const HomeRoom& room) {
    return room.streams ? room.streams->holders() : 0;
  }

  void FlushRoom(HomeRoom& room, RoomTurn& turn);
  // True: somebody is still to be told.
  bool TellMissed(HomeRoom& room);
  void TouchIdle(HomeRoom& room, Now now);
  static bool IsNeeded(const HomeRoom& room, Now now);
  void LetGo(const HomeRoom& room, Now now);

  ShardId self_;
  const HubConfig& config_;
  Engine& engine_;
  Courier& courier_;
  BridgeAnswers& bridge_answers_;
  Events& events_;
  WriteHead write_head_;
  std::uint32_t config_version_ = 0;
  Now config_changed_at_{};
  Dedupe keys_;  // free-form keys of backends, of all rooms here

  RoomIndex rooms_;
  std::unordered_map<RoomHandle, HomeRoom*> by_handle_;
  const HomeRoom* stats_room_ = nullptr;  // where it is at home here, and there
  std::uint64_t next_handle_ = 1;
  std::vector<Pending> pending_;
  std::vector<std::uint32_t> free_;
  // The first so many are of this turn, one for each room in which was published; the others are
  // memory for the next.
  std::vector<RoomTurn> turns_;
  std::uint32_t turns_used_ = 0;
  std::vector<RoomHandle> missed_;  // a shard is to be told of what it has missed
  // The last change of presence, of rooms of which a shard has missed it: few, and not for long.
  std::unordered_map<RoomHandle, PresencePush> missed_presence_;
  struct Idle {
    Instant at;
    RoomHandle room;
  };
  std::deque<Idle> idle_;
  std::set<std::pair<Instant, RoomHandle>> presence_due_;
  std::vector<WatchPrefix> prefixes_;
  std::uint32_t prefix_version_ = 1;
  std::string scratch_;  // an entry without an offset, before its batch has room for it
  std::string head_;     // of the RoomBatch being made
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HOME_ROOMS_H_
