#ifndef ROOMCAST_SERVER_HUB_ROOM_INDEX_H_
#define ROOMCAST_SERVER_HUB_ROOM_INDEX_H_

#include <cstddef>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "server/hub/by_name.h"
#include "server/hub/home_room.h"

namespace roomcast::hub {

// The rooms of a home shard, which it owns: one by its name at once, or all of them in the order of
// their names.
class RoomIndex {
 public:
  explicit RoomIndex(HashKey key) : rooms_(0, ByName::Hash{key}) {}

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
  std::unordered_set<std::unique_ptr<HomeRoom>, ByName::Hash, ByName::Same> rooms_;
  std::set<const HomeRoom*, ByName::Earlier> in_order_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ROOM_INDEX_H_
