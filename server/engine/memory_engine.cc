#include "server/engine/memory_engine.h"

#include <algorithm>

namespace roomcast::engine {

MemoryEngine::Kept& MemoryEngine::Open(std::string_view room, const Keep& keep) {
  const auto found = streams_.find(room);
  if (found != streams_.end()) return found->second;
  const std::uint64_t epoch = std::max<std::uint64_t>(epochs_.Next(), 1);
  return streams_.emplace(std::string(room), Kept{Stream(epoch), keep}).first->second;
}

void MemoryEngine::Top(Ticket ticket, std::string_view room, const Keep& keep, Now) {
  answers_.push_back({ticket, true, Open(room, keep).stream.top(), {}, 1, 0});
}

void MemoryEngine::Append(Ticket ticket, std::string_view room, const Keep& keep,
                          const Publication& publication, Now) {
  Kept& kept = Open(room, keep);
  const std::size_t before = kept.stream.bytes();
  Answer answer;
  answer.ticket = ticket;
  answer.entries = kept.stream.Append(keep, publication);
  answer.top = kept.stream.top();
  answer.first = answer.last = answer.top.offset;
  history_bytes_ += kept.stream.bytes() - before;
  answers_.push_back(answer);
}

void MemoryEngine::Read(Ticket ticket, std::string_view room, std::uint64_t after,
                        std::int64_t not_before, std::size_t bytes_max, Now now) {
  Answer answer;
  answer.ticket = ticket;
  const auto found = streams_.find(room);
  if (found == streams_.end()) {
    answer.ok = false;
    answers_.push_back(answer);
    return;
  }
  Kept& kept = found->second;
  const std::size_t before = kept.stream.bytes();
  kept.stream.Expire(kept.keep, Microseconds(now.wall));
  history_bytes_ -= before - kept.stream.bytes();
  const Stream::Page page = kept.stream.Read(after, not_before, bytes_max);
  answer.top = kept.stream.top();
  answer.entries = page.entries;
  answer.first = page.first;
  answer.last = page.last;
  answers_.push_back(answer);
}

void MemoryEngine::Release(std::string_view room, Now) {
  const auto found = streams_.find(room);
  if (found == streams_.end()) return;
  history_bytes_ -= found->second.stream.bytes();
  streams_.erase(found);
}

bool MemoryEngine::TakeAnswer(Answer& answer) {
  if (answers_.empty()) return false;
  answer = answers_.front();
  answers_.pop_front();
  return true;
}

}  // namespace roomcast::engine
