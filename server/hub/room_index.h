#ifndef ROOMCAST_SERVER_HUB_ROOM_INDEX_H_
#define ROOMCAST_SERVER_HUB_ROOM_INDEX_H_

#include <cstddef>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "proto/protocol/siphash.h"
#include "server/hub/home_room.h"

namespace roomcast::hub {

// The rooms of a home shard, which it owns: one by its name at once, or all of them in the order of
// their names. Names are read in the rooms themselves, because most hubs have many rooms that are
// small.
class RoomIndex {
 public:
  explicit RoomIndex(HashKey key) : rooms_(0, NameHash{key}) {}

  // Null: there is none such.
  [[nodiscard]] HomeRoom* Find(std::string_view name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : found->get();
  }
  // Its name is not there yet, and stays as it is.
  HomeRoom& Add(std::unique_ptr<HomeRoom> room) {
    in_order_.insert(room.get());
    return **rooms_.insert(std::move(room)).first;
  }
  // It is there, and is no more.
  void Remove(const HomeRoom& room) {
    in_order_.erase(&room);
    rooms_.erase(rooms_.find(std::string_view(room.name)));
  }
  [[nodiscard]] std::size_t size() const { return rooms_.size(); }

  // All that are named `from` or later, as long as `visit` says to go on.
  template <class Visit>
  void VisitFrom(std::string_view from, Visit visit) const {
    for (auto at = in_order_.lower_bound(from); at != in_order_.end(); ++at) {
      if (!visit(**at)) return;
    }
  }

 private:
  static std::string_view NameOf(std::string_view name) { return name; }
  static std::string_view NameOf(const HomeRoom* room) { return room->name; }
  static std::string_view NameOf(const std::unique_ptr<HomeRoom>& room) { return room->name; }

  struct NameHash {
    using is_transparent = void;
    HashKey key;
    std::size_t operator()(const auto& room) const { return SipHash(key, NameOf(room)); }
  };
  struct SameName {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return NameOf(a) == NameOf(b); }
  };
  struct Earlier {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return NameOf(a) < NameOf(b); }
  };

  std::unordered_set<std::unique_ptr<HomeRoom>, NameHash, SameName> rooms_;
  std::set<const HomeRoom*, Earlier> in_order_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ROOM_INDEX_H_
