#include "server/engine/stream.h"

#include <algorithm>

#include "proto/protocol/frame.h"

namespace roomcast::engine {

std::string_view Stream::Append(const hub::Engine::Keep& keep, Publication publication) {
  publication.offset = ++top_.offset;
  const std::size_t before = bytes_.size();
  AppendPublicationEntry(bytes_, publication);
  const std::size_t entry_bytes = bytes_.size() - before;
  kept_.push_back({base_ + bytes_.size(), publication.time_at});
  Expire(keep, publication.time_at);
  // The new one stays readable until the next append, even where nothing is kept.
  while (kept_.size() > 1 && (kept_.size() > keep.messages || bytes() > keep.bytes)) DropOldest();
  // Amortised: what is moved is less than what was dropped since the last time.
  if (begin_ > bytes() + entry_bytes) {
    bytes_.erase(0, begin_);
    base_ += begin_;
    begin_ = 0;
  }
  return std::string_view(bytes_).substr(bytes_.size() - entry_bytes);
}

void Stream::DropOldest() {
  begin_ = static_cast<std::size_t>(kept_.front().end - base_);
  kept_.pop_front();
}

void Stream::Expire(const hub::Engine::Keep& keep, std::int64_t now) {
  const std::int64_t oldest = now - keep.ttl.count();
  while (!kept_.empty() && kept_.front().time_at < oldest) DropOldest();
}

std::size_t Stream::BeginOf(std::size_t i) const {
  return i == 0 ? begin_ : static_cast<std::size_t>(kept_[i - 1].end - base_);
}

Stream::Page Stream::Read(std::uint64_t after, std::int64_t not_before,
                          std::size_t bytes_max) const {
  std::uint64_t first = std::max(after + 1, first_offset());
  while (first <= top_.offset && kept_[first - first_offset()].time_at < not_before) ++first;
  if (first > top_.offset || after == UINT64_MAX) return {};
  const std::size_t from = first - first_offset();
  const std::size_t begin = BeginOf(from);
  std::size_t to = from;
  while (to + 1 < kept_.size() && kept_[to + 1].end - base_ - begin <= bytes_max) ++to;
  const auto end = static_cast<std::size_t>(kept_[to].end - base_);
  return {std::string_view(bytes_).substr(begin, end - begin), first, first_offset() + to};
}

}  // namespace roomcast::engine
