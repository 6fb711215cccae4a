#include "server/websocket/deflater.h"

#include <zlib.h>

#include <cstdlib>
#include <vector>

namespace roomcast::websocket {
namespace {

// Raw deflate, without zlib's header and checksum.
constexpr int kRawWindowBits = -15;
constexpr int kMemoryLevel = 8;
// An empty stored block, with which zlib ends a flush; the receiver puts it back (section 7.2.1).
constexpr std::size_t kFlushTailBytes = 4;

}  // namespace

struct Deflater::Stream {
  explicit Stream(int level) {
    // Refuses only for want of memory, or arguments that no message changes.
    if (deflateInit2(&z, level, Z_DEFLATED, kRawWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      std::abort();
    }
  }
  ~Stream() { deflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  std::vector<unsigned char> out;
};

Deflater::Deflater(int level) : level_(level) {}
Deflater::~Deflater() = default;

std::optional<std::string_view> Deflater::Deflate(std::string_view payload) {
  if (payload.empty()) return std::nullopt;
  if (!stream_) {
    stream_ = std::make_unique<Stream>(level_);
  } else {
    deflateReset(&stream_->z);
  }
  z_stream& z = stream_->z;
  // No room for what is not shorter: then zlib stops in the middle.
  const std::size_t room = payload.size() + kFlushTailBytes;
  if (stream_->out.size() < room) stream_->out.resize(room);
  // zlib wants a pointer that could be written through, and does not write.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  z.avail_in = static_cast<uInt>(payload.size());
  z.next_out = stream_->out.data();
  z.avail_out = static_cast<uInt>(room);
  deflate(&z, Z_SYNC_FLUSH);
  // Full is not known to be finished.
  if (z.avail_out == 0) return std::nullopt;
  const std::size_t size = room - z.avail_out - kFlushTailBytes;
  return std::string_view(reinterpret_cast<const char*>(stream_->out.data()), size);
}

}  // namespace roomcast::websocket
