#include "server/engine/chunk.h"

#include <algorithm>
#include <cstring>

#include "proto/protocol/frame.h"

namespace roomcast::engine {
namespace {

// Room for so many more, up to `most`. Not left to the library: what is counted is the same
// wherever it runs.
template <class T>
void ReserveFor(std::vector<T>& row, std::size_t more, std::size_t most) {
  const std::size_t needed = row.size() + more;
  if (needed <= row.capacity()) return;
  row.reserve(std::max(needed, std::min(2 * row.capacity(), most)));
}

}  // namespace

Record Record::At(const char* at) {
  Record record;
  std::memcpy(&record.said_ms, at, kHeadBytes);
  record.entry = PublicationEntryAt(at + kHeadBytes);
  return record;
}

Chunk::Chunk(std::string_view records, std::span<const RecordBegin> begins)
    // std::make_unique_for_overwrite, which Emscripten's library does not have.
    : bytes_(new char[records.size() + begins.size_bytes()]) {
  const std::size_t first = begins.empty() ? records.size() : begins.front();
  char* at = std::copy_n(records.data(), first, bytes_.get());
  if (begins.empty()) return;
  std::memcpy(at, begins.data(), begins.size_bytes());
  std::copy(records.begin() + first, records.end(), at + begins.size_bytes());
}

std::uint64_t Chunk::first_offset() const {
  return PublicationEntryOffset(PublicationEntryAt(bytes_.get() + Record::kHeadBytes));
}

Record Chunk::RecordOf(std::size_t i, std::size_t count) const {
  const Record first = Record::At(bytes_.get());
  if (i == 0) return first;
  const char* begins = first.entry.data() + first.entry.size();
  RecordBegin begin = 0;
  std::memcpy(&begin, begins + (i - 1) * sizeof(begin), sizeof(begin));
  return Record::At(bytes_.get() + (count - 1) * sizeof(begin) + begin);
}

std::size_t Chunk::bytes(std::size_t count) const {
  const std::string_view last = RecordOf(count - 1, count).entry;
  return static_cast<std::size_t>(last.data() + last.size() - bytes_.get());
}

const char* OpenChunk::Append(std::string_view record) {
  if (!records_.empty()) {
    ReserveFor(begins_, 1, kBytesMax);
    begins_.push_back(static_cast<RecordBegin>(records_.size()));
  }
  ReserveFor(records_, record.size(), kBytesMax);
  records_.insert(records_.end(), record.begin(), record.end());
  return records_.data() + records_.size() - record.size();
}

void OpenChunk::DropFront(std::size_t count) {
  const std::size_t gone = BeginOf(count);
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(gone));
  begins_.erase(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(count));
  for (RecordBegin& begin : begins_) begin = static_cast<RecordBegin>(begin - gone);
}

Chunk OpenChunk::Close() {
  Chunk closed({records_.data(), records_.size()}, begins_);
  records_.clear();
  begins_.clear();
  return closed;
}

}  // namespace roomcast::engine
