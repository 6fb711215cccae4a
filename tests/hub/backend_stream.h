// A backend's Watch stream on a rig, told in words.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/watch_messages.h"
#include "proto/protocol/wire_reader.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {

class BackendStream {
 public:
  using Said = std::vector<std::string>;

  explicit BackendStream(HubRig& rig, std::uint16_t shard = 0)
      : rig_(rig), id_(rig.OpenStream(shard)) {}

  [[nodiscard]] hub::ConnectionId id() const { return id_; }
  void Add(hub::WatchAdd add) {
    rig_.Watch(id_, std::move(add));
    rig_.Settle();
  }
  void Room(std::uint32_t id, const std::string& room) { Add({.id = id, .name = room}); }
  void Since(std::uint32_t id, const std::string& room, const Position& position) {
    Add({.id = id, .name = room, .since = position});
  }
  void Prefix(std::uint32_t id, const std::string& prefix) {
    Add({.id = id, .by_prefix = true, .name = prefix});
  }
  void Remove(std::uint32_t id) {
    rig_.Watch(id_, hub::WatchRemove{id});
    rig_.Settle();
  }
  void Close() {
    rig_.wire(id_).closed = true;
    rig_.Watch(id_, hub::WatchClosed{});
    rig_.Settle();
  }

  // What was said since, in order, one line an event: "opened", "joined 1 chat:a at 3 live from 3",
  // "chat:a 4 hello", "gap chat:a 4-9 evicted", "tops chat:a=4", "left 1", "left 1 error 107", …
  Said Take() {
    Said said;
    for (const std::string& bytes : rig_.wire(id_).messages) {
      Arena arena(kClientArenaBytesMax);
      WatchResponse response;
      if (!MessageReader(arena).Read(bytes, response)) said.emplace_back("what is no response");
      for (const WatchEvent& event : response.events) {
        std::visit([&](const auto& body) { Tell(body, said); }, event.body);
      }
    }
    rig_.wire(id_).messages.clear();
    return said;
  }
  // Of them, how publications were told; the others are dropped.
  Said TakePublications() {
    Said all = Take();
    std::erase_if(all, [](const std::string& line) {
      return line.starts_with("joined") || line.starts_with("tops") || line == "opened";
    });
    return all;
  }
  [[nodiscard]] const Position& position(const std::string& room) { return positions_[room]; }
  // The epoch that the room was joined in, and the last offset heard of.
  Position Reached(const std::string& room) { return {positions_[room].epoch, reached_[room]}; }

 private:
  static std::string Text(std::uint64_t number) { return std::to_string(number); }
  const std::string& NameOf(std::uint64_t handle) { return names_[handle]; }

  void Tell(const std::monostate&, Said& said) { said.emplace_back("nothing that we know"); }
  void Tell(const WatchOpened& opened, Said& said) {
    instance = opened.instance.view;
    said.emplace_back("opened");
  }
  void Tell(const WatchJoined& joined, Said& said) {
    const std::string room(joined.room.view);
    names_[joined.handle] = room;
    positions_[room] = *joined.position;
    reached_[room] = joined.start;
    const char* verdict = joined.verdict == Verdict::kLive        ? " live"
                          : joined.verdict == Verdict::kRecovered ? " recovered"
                                                                  : " lost";
    std::string line = "joined " + Text(joined.id) + " " + room + " at " +
                       Text(joined.position->offset) + verdict + " from " + Text(joined.start);
    if (joined.presence) line += " with " + Text(joined.presence->user_count) + " users";
    said.push_back(line);
  }
  void Tell(const WatchLeft& left, Said& said) {
    std::string line = "left " + Text(left.id);
    if (left.handle != 0) line += " " + NameOf(left.handle);
    if (left.error) line += " error " + Text(left.error->code);
    said.push_back(line);
  }
  void Tell(const RoomBatch& batch, Said& said) {
    const std::string& room = NameOf(batch.handle);
    for (const Publication& one : batch.publications) {
      // As a reader does: a page may overlap what came before.
      if (one.offset != 0 && one.offset <= reached_[room]) continue;
      if (one.offset != 0) reached_[room] = one.offset;
      said.push_back(room + " " + Text(one.offset) + " " + std::string(one.data.view));
    }
  }
  void Tell(const Gap& gap, Said& said) {
    reached_[NameOf(gap.handle)] = gap.to;
    said.push_back("gap " + NameOf(gap.handle) + " " + Text(gap.from) + "-" + Text(gap.to) +
                   (gap.reason == GapReason::kEvicted ? " evicted" : " slow"));
  }
  void Tell(const Reset& reset, Said& said) {
    positions_[NameOf(reset.handle)] = *reset.position;
    reached_[NameOf(reset.handle)] = reset.position->offset;
    said.push_back("reset " + NameOf(reset.handle) + " at " + Text(reset.position->offset));
  }
  void Tell(const Tops& tops, Said& said) {
    std::string line = "tops";
    for (const Top& top : tops.tops) line += " " + NameOf(top.handle) + "=" + Text(top.offset);
    said.push_back(line);
  }
  void Tell(const Presence& presence, Said& said) {
    std::string line = "presence " + NameOf(presence.handle);
    for (const PresenceUser& user : presence.joins) line += " +" + std::string(user.user.view);
    for (const roomcast::Text& user : presence.leaves) line += " -" + std::string(user.view);
    said.push_back(line + " of " + Text(presence.user_count));
  }
  void Tell(const Lifecycle& news, Said& said) {
    static const std::map<Lifecycle::Kind, std::string> kNames{
        {Lifecycle::Kind::kRoomOpened, "opened"},
        {Lifecycle::Kind::kRoomClosed, "closed"},
        {Lifecycle::Kind::kMemberJoined, "joined by"},
        {Lifecycle::Kind::kMemberLeft, "left by"}};
    std::string line = "room " + std::string(news.room.view) + " " + kNames.at(news.kind);
    if (!news.user.view.empty()) line += " " + std::string(news.user.view);
    if (news.session.view.empty() == (news.kind >= Lifecycle::Kind::kMemberJoined)) {
      line += " with a session too many or too few";
    }
    said.push_back(line + " for " + Text(news.id));
  }

 public:
  std::string instance;

 private:
  HubRig& rig_;
  hub::ConnectionId id_;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::string, Position> positions_;
  std::map<std::string, std::uint64_t> reached_;
};

}  // namespace roomcast::test
