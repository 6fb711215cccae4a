#include "server/hub/sessions.h"

namespace roomcast::hub {

Session& Sessions::Open(ConnectionId connection) {
  ++size_;
  return Open(connection, of_connection_);
}

Session& Sessions::OpenStream(ConnectionId stream) {
  ++streams_;
  Session& session = Open(stream, of_stream_);
  session.watching = std::make_unique<WatchState>();
  return session;
}

Session& Sessions::Open(ConnectionId connection, ByConnection& index_of) {
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
  const std::uint32_t place = PlaceOf(connection);
  if (place >= index_of.size()) index_of.resize(place + 1);
  index_of[place] = {connection, index};
  return *slot.session;
}

Session* Sessions::Find(ConnectionId connection) {
  const ByConnection& index_of = IndexFor(connection);
  const std::uint32_t place = PlaceOf(connection);
  if (place >= index_of.size() || index_of[place].connection != connection) return nullptr;
  return slots_[index_of[place].session].session.get();
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
  IndexFor(session.connection)[PlaceOf(session.connection)] = {};
  --(session.watching ? streams_ : size_);
  slots_[index].session.reset();
  free_.push_back(index);
}

}  // namespace roomcast::hub
