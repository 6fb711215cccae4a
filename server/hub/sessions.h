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
  // A stream of a backend.
  Session& OpenStream(ConnectionId stream);
  [[nodiscard]] Session* Find(ConnectionId connection);
  [[nodiscard]] Session* Find(const SessionRef& ref);
  // By index and use, as Deadlines keeps them.
  [[nodiscard]] Session* Find(std::uint32_t index, std::uint32_t use);
  void Remove(Session& session);

  // Of clients.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t streams() const { return streams_; }
  // Every session of a client, in the order of their indices. `visit` may not open or remove any.
  template <class Visit>
  void ForEach(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.session && !slot.session->watching) visit(*slot.session);
    }
  }
  template <class Visit>
  void ForEachStream(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.session && slot.session->watching) visit(*slot.session);
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

  using ByConnection = std::vector<OfConnection>;
  Session& Open(ConnectionId connection, ByConnection& index);
  ByConnection& IndexFor(ConnectionId connection) {
    return IsStream(connection) ? of_stream_ : of_connection_;
  }
  static std::uint32_t PlaceOf(ConnectionId connection) {
    return IndexOf(connection) & ~kStreamIndexBit;
  }

  ShardId shard_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  ByConnection of_connection_;
  ByConnection of_stream_;
  std::size_t size_ = 0;
  std::size_t streams_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSIONS_H_
