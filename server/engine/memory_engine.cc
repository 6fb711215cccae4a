#include "server/engine/memory_engine.h"

#include <algorithm>

namespace roomcast::engine {

MemoryEngine::Room& MemoryEngine::Open(std::string_view name, const Keep& keep) {
  auto found = streams_.find(name);
  if (found == streams_.end()) {
    Room fresh;
    fresh.position.epoch = std::max<std::uint64_t>(epochs_.Next(), 1);
    fresh.released = released_.end();
    found = streams_.emplace(std::string(name), std::move(fresh)).first;
  }
  Room& room = found->second;
  if (room.stream) return room;
  if (room.released != released_.end()) released_.erase(room.released);
  room.released = released_.end();
  room.stream = std::make_unique<Stream>(room.position, age_);
  room.keep = keep;
  return room;
}

void MemoryEngine::Top(Ticket ticket, std::string_view room, const Keep& keep, Now) {
  Answer answer;
  answer.ticket = ticket;
  answer.top = Open(room, keep).stream->top();
  answers_.push_back(answer);
}

void MemoryEngine::Append(Ticket ticket, std::string_view name, const Keep& keep,
                          const Publication& publication, Now now) {
  Room& room = Open(name, keep);
  Answer answer;
  answer.ticket = ticket;
  answer.entries = room.stream->Append(keep, publication, now.instant);
  answer.top = room.stream->top();
  answer.first = answer.last = answer.top.offset;
  KeepWithinMemory(*room.stream);
  answers_.push_back(answer);
}

void MemoryEngine::Read(Ticket ticket, std::string_view name, const Range& range, Now now) {
  Answer answer;
  answer.ticket = ticket;
  const auto found = streams_.find(name);
  if (found == streams_.end() || !found->second.stream) {
    answer.ok = false;
    answers_.push_back(answer);
    return;
  }
  Stream& stream = *found->second.stream;
  stream.Expire(found->second.keep, now.instant);
  page_.clear();
  const Stream::Page page = stream.Read(range, page_);
  answer.top = stream.top();
  answer.entries = page_;
  answer.first = page.first;
  answer.last = page.last;
  answer.oldest = stream.oldest();
  answers_.push_back(answer);
}

void MemoryEngine::Trim(Ticket ticket, std::string_view name, std::uint64_t up_to, bool restart,
                        Now) {
  Answer answer;
  answer.ticket = ticket;
  const auto found = streams_.find(name);
  answer.ok = found != streams_.end() && found->second.stream != nullptr;
  if (answer.ok) {
    Room& room = found->second;
    answer.removed = room.stream->DropUpTo(restart ? UINT64_MAX : up_to);
    if (restart) {
      const std::uint64_t before = room.stream->top().epoch;
      do {
        room.position = {std::max<std::uint64_t>(epochs_.Next(), 1), 0};
      } while (room.position.epoch == before);
      room.stream = std::make_unique<Stream>(room.position, age_);
    }
    answer.top = room.stream->top();
  }
  answers_.push_back(answer);
}

void MemoryEngine::SetKeep(std::string_view name, const Keep& keep, Now now) {
  const auto found = streams_.find(name);
  if (found == streams_.end() || !found->second.stream) return;
  found->second.keep = keep;
  found->second.stream->Shrink(keep, now.instant);
}

void MemoryEngine::Release(std::string_view name, Now now) {
  const auto found = streams_.find(name);
  if (found != streams_.end() && found->second.stream) {
    Room& room = found->second;
    room.position = room.stream->top();
    room.stream.reset();
    room.released = released_.insert(released_.end(), {found->first, now.instant});
  }
  ForgetReleased(now);
}

void MemoryEngine::ForgetReleased(Now now) {
  while (!released_.empty() && (released_.size() > limits_.positions ||
                                released_.front().at + limits_.positions_ttl <= now.instant)) {
    const auto oldest = streams_.find(released_.front().room);
    released_.pop_front();
    streams_.erase(oldest);
  }
}

void MemoryEngine::KeepWithinMemory(const Stream& appended) {
  while (age_.bytes > limits_.history_bytes) {
    Stream& oldest = age_.Oldest();
    // What was just appended is still to be answered with.
    if (&oldest == &appended && oldest.chunks() == 1) return;
    evicted_ += oldest.DropOldestChunk();
  }
}

bool MemoryEngine::TakeAnswer(Answer& answer) {
  if (answers_.empty()) return false;
  answer = answers_.front();
  answers_.pop_front();
  return true;
}

hub::Engine::Held MemoryEngine::HeldOf(std::string_view room) const {
  const auto found = streams_.find(room);
  if (found == streams_.end() || !found->second.stream) return {};
  const Stream& stream = *found->second.stream;
  return {static_cast<std::size_t>(stream.top().offset + 1 - stream.oldest()), stream.bytes()};
}

}  // namespace roomcast::engine
