#include "server/websocket/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace roomcast::websocket {
namespace {

constexpr int kRawWindowBits = -15;
// What the sender took off the end of its last flush.
constexpr std::array<Bytef, 4> kTail = {0x00, 0x00, 0xFF, 0xFF};
constexpr std::size_t kOutputBytesFirst = 4096;
// What z_stream.data_type says between two blocks, at the border of a byte.
constexpr int kBetweenBlocks = 128;

}  // namespace

struct Inflater::Work {
  Work() {
    // Refuses only for want of memory.
    if (inflateInit2(&z, kRawWindowBits) != Z_OK) std::abort();
  }
  ~Work() { inflateEnd(&z); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void Begin(std::size_t bytes_max) {
    inflateReset(&z);
    size = 0;
    // Room for one byte more than may come, which tells too long from just long enough.
    most = bytes_max + 1;
    stream_ended = false;
  }

  // Inflates all of these bytes. Nothing: there is nothing wrong so far.
  std::optional<Violation> Feed(const void* bytes, std::size_t count);

  void Grow() {
    const std::size_t larger = std::min(std::max(kOutputBytesFirst, 2 * capacity), most);
    auto grown = std::make_unique_for_overwrite<std::byte[]>(larger);
    if (size > 0) std::memcpy(grown.get(), out.get(), size);
    out = std::move(grown);
    capacity = larger;
  }

  z_stream z{};
  bool stream_ended = false;
  std::unique_ptr<std::byte[]> out;
  std::size_t capacity = 0;
  std::size_t size = 0;
  std::size_t most = 0;
};

std::optional<Violation> Inflater::Work::Feed(const void* bytes, std::size_t count) {
  // zlib wants a pointer that could be written through, and does not write.
  z.next_in = static_cast<Bytef*>(const_cast<void*>(bytes));
  z.avail_in = static_cast<uInt>(count);
  while (true) {
    if (stream_ended) {
      if (z.avail_in == 0) return std::nullopt;
      inflateReset(&z);
    }
    if (size == capacity) Grow();
    const std::size_t room = std::min(capacity, most) - size;
    z.next_out = reinterpret_cast<Bytef*>(out.get()) + size;
    z.avail_out = static_cast<uInt>(room);
    const int result = inflate(&z, Z_SYNC_FLUSH);
    size += room - z.avail_out;
    if (size == most) return Violation::kInflatedTooLong;
    stream_ended = result == Z_STREAM_END;
    if (stream_ended) continue;
    // A buffer error says that there was nothing to do.
    if (result != Z_OK && result != Z_BUF_ERROR) return Violation::kDeflateCorrupt;
    // With room left it stopped for want of input.
    if (z.avail_out > 0) return std::nullopt;
  }
}

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

Inflater::Answer Inflater::Inflate(std::span<const std::byte> deflated, std::size_t bytes_max) {
  if (!work_) work_ = std::make_unique<Work>();
  work_->Begin(bytes_max);
  auto violation = work_->Feed(deflated.data(), deflated.size());
  const std::size_t read = deflated.size() - work_->z.avail_in;
  // An empty message has no flush whose tail was taken off, and a last block needs none.
  if (!violation && !deflated.empty() && !work_->stream_ended) {
    violation = work_->Feed(kTail.data(), kTail.size());
    const bool whole = work_->stream_ended || (work_->z.data_type & 0xFF) == kBetweenBlocks;
    if (!violation && !whole) violation = Violation::kDeflateTruncated;
  }
  if (!violation) return std::span(work_->out.get(), work_->size);
  if (*violation == Violation::kInflatedTooLong) {
    return FrameError{*violation, work_->size, bytes_max};
  }
  return FrameError{*violation, read};
}

}  // namespace roomcast::websocket
