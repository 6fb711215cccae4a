#ifndef ROOMCAST_SERVER_ENGINE_CHUNK_H_
#define ROOMCAST_SERVER_ENGINE_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace roomcast::engine {

// A publication as history keeps it: when it was said, as the low 32 bits of a millisecond count,
// and its entry (as of AppendPublicationEntry), whose own bytes tell its length and its offset.
struct Record {
  static constexpr std::size_t kHeadBytes = sizeof(std::uint32_t);

  static Record At(const char* at);

  std::uint32_t said_ms = 0;
  std::string_view entry;
};

// Where a record begins in the chunk that it shares.
using RecordBegin = std::uint16_t;

// Records that are kept together and change no more, in one allocation of just their size: the
// first record, where the others begin, the others. So around a publication that has a chunk of its
// own there is nothing but its time. How many a chunk holds is not written down: the offset that
// the next chunk begins with tells.
class Chunk {
 public:
  // Of records in a row, of which those after the first begin as told.
  Chunk(std::string_view records, std::span<const RecordBegin> begins);

  // Gives its memory back, and holds nothing.
  void Clear() { bytes_.reset(); }

  [[nodiscard]] const char* data() const { return bytes_.get(); }
  [[nodiscard]] std::uint64_t first_offset() const;
  // `i` below `count`, which is how many it holds.
  [[nodiscard]] Record RecordOf(std::size_t i, std::size_t count) const;
  [[nodiscard]] std::size_t bytes(std::size_t count) const;

 private:
  std::unique_ptr<char[]> bytes_;
};

// The records that the next small publication is kept with.
class OpenChunk {
 public:
  // The most that its records may be.
  static constexpr std::size_t kBytesMax = 8 * 1024;

  [[nodiscard]] std::size_t count() const { return records_.empty() ? 0 : begins_.size() + 1; }
  [[nodiscard]] Record RecordOf(std::size_t i) const {
    return Record::At(records_.data() + BeginOf(i));
  }
  // Whether one more record of so many bytes may come into it; whether it has to grow for it.
  [[nodiscard]] bool Takes(std::size_t bytes) const { return records_.size() + bytes <= kBytesMax; }
  [[nodiscard]] bool Grows(std::size_t bytes) const {
    return records_.size() + bytes > records_.capacity();
  }
  // Of memory that it holds.
  [[nodiscard]] std::size_t bytes() const {
    return records_.capacity() + begins_.capacity() * sizeof(RecordBegin);
  }

  // One that it takes; answers where it lies.
  const char* Append(std::string_view record);
  // Lets go of so many records at its front, but not of all.
  void DropFront(std::size_t count);
  // What it holds, to be kept for long; it is empty then.
  Chunk Close();

 private:
  [[nodiscard]] std::size_t BeginOf(std::size_t i) const { return i == 0 ? 0 : begins_[i - 1]; }

  std::vector<char> records_;
  std::vector<RecordBegin> begins_;  // of those after the first
};

static_assert(OpenChunk::kBytesMax <= UINT16_MAX);

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_CHUNK_H_
