#include "server/hub/sessions.h"

namespace roomcast::hub {

Session& Sessions::Open(ConnectionId connection) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.session = std::make_unique<Session>();
  slot.session->ref = {shard_, index, ++slot.use};
  slot.session->connection = connection;
  const std::uint32_t connection_index = IndexOf(connection);
  if (connection_index >= of_connection_.size()) of_connection_.resize(connection_index + 1);
  of_connection_[connection_index] = {connection, index};
  ++size_;
  return *slot.session;
}

Session* Sessions::Find(ConnectionId connection) {
  const std::uint32_t index = IndexOf(connection);
  if (index >= of_connection_.size() || of_connection_[index].connection != connection) {
    return nullptr;
  }
  return slots_[of_connection_[index].session].session.get();
}

Session* Sessions::Find(const SessionRef& ref) {
  return ref.shard == shard_ ? Find(ref.index, ref.use) : nullptr;
}

Session* Sessions::Find(std::uint32_t index, std::uint32_t use) {
  if (index >= slots_.size() || slots_[index].use != use) return nullptr;
  return slots_[index].session.get();
}

void Sessions::Remove(Session& session) {
  const std::uint32_t index = session.ref.index;
  of_connection_[IndexOf(session.connection)] = {};
  slots_[index].session.reset();
  free_.push_back(index);
  --size_;
}

}  // namespace roomcast::hub
