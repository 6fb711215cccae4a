#ifndef ROOMCAST_SERVER_NET_COMPRESSION_H_
#define ROOMCAST_SERVER_NET_COMPRESSION_H_

#include <cstddef>
#include <cstdint>

#include "server/hub/shared_bytes.h"
#include "server/ops/metrics.h"
#include "server/websocket/deflater.h"
#include "server/websocket/frame_parser.h"
#include "server/websocket/inflater.h"

namespace roomcast::net {

struct CompressionConfig {
  // zlib's, 1 to 9.
  int level = 1;
  // Shorter messages are sent as they are.
  std::size_t above_bytes = 512;
};

// permessage-deflate for all connections of one shard. They lend one deflater and one inflater, so
// a connection has no state of its own but what was agreed, and an idle one holds no memory for it.
// A message is deflated once, when the first connection wants it so, and the result hangs on the
// shared bytes for the others, on this shard and elsewhere. One thread.
class Compression {
 public:
  // Everything outlives this.
  Compression(const CompressionConfig& config, ops::ShardMetrics& metrics)
      : config_(config), metrics_(metrics), deflater_(config.level) {}

  // A message of the application in the form in which a connection takes it that agreed on
  // deflating with a window of 2^window_bits bytes.
  [[nodiscard]] hub::SharedBytes Outbound(hub::SharedBytes message, std::uint8_t window_bits);

  // What a deflated message says; if it is text, its UTF-8 is checked. Valid until the next call.
  [[nodiscard]] websocket::Inflater::Answer Inbound(const websocket::Message& message,
                                                    std::size_t bytes_max);

 private:
  const CompressionConfig& config_;
  ops::ShardMetrics& metrics_;
  websocket::Deflater deflater_;
  websocket::Inflater inflater_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_COMPRESSION_H_
