#ifndef ROOMCAST_SERVER_HUB_SESSIONS_H_
#define ROOMCAST_SERVER_HUB_SESSIONS_H_

#include <memory>
#include <vector>

#include "server/hub/ids.h"
#include "server/hub/session.h"

namespace roomcast::hub {

// The sessions of one shard, found by connection or by reference. What is out of date finds
// nothing. Pointers are good until the session is removed.
class Sessions {
 public:
  explicit Sessions(ShardId shard) : shard_(shard) {}

  Session& Open(ConnectionId connection);
  [[nodiscard]] Session* Find(ConnectionId connection);
  [[nodiscard]] Session* Find(const SessionRef& ref);
  // By index and use, as Deadlines keeps them.
  [[nodiscard]] Session* Find(std::uint32_t index, std::uint32_t use);
  void Remove(Session& session);

  [[nodiscard]] std::size_t size() const { return size_; }
  // Every session there is, in the order of their indices. `visit` may not open or remove any.
  template <class Visit>
  void ForEach(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.session) visit(*slot.session);
    }
  }

 private:
  struct Slot {
    std::unique_ptr<Session> session;
    std::uint32_t use = 0;
  };
  // By IndexOf(connection).
  struct OfConnection {
    ConnectionId connection{};
    std::uint32_t session = 0;
  };

  ShardId shard_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<OfConnection> of_connection_;
  std::size_t size_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSIONS_H_
