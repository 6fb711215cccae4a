#ifndef ROOMCAST_SERVER_NET_CONNECTION_CONFIG_H_
#define ROOMCAST_SERVER_NET_CONNECTION_CONFIG_H_

#include <cstddef>
#include <cstdint>

#include "proto/protocol/instant.h"
#include "proto/protocol/limits.h"
#include "server/net/compression.h"
#include "server/net/handshake.h"
#include "server/net/send_queue.h"
#include "server/net/socket_options.h"
#include "server/net/tls_context.h"
#include "server/websocket/frame_parser.h"

namespace roomcast::net {

inline constexpr std::size_t kPiecesPerWriteMax = 256;

// What every connection of the hub is told once.
struct ConnectionConfig {
  HandshakeRules handshake;
  websocket::FrameParserConfig frames{.text = false, .message_bytes_max = kInboundMessageBytesMax};
  SendQueue::Limits outbox{kOutboxSoftBytes, kOutboxHardBytes};
  // The hub's heartbeat gives up on a peer of which nothing was heard for so long: interval +
  // grace.
  Duration peer_lost_after = kPingInterval + kPingGrace;
  // The heartbeat has the first word, and says it with a code.
  SocketOptions socket{.user_timeout = kPingInterval + kPingGrace + Duration(5s)};
  CompressionConfig compression;
  // Payloads of all messages before the application says its first word, which in the hub is
  // Welcome, inflated. 0: nothing but the limit of each message.
  std::uint32_t before_welcome_bytes = kBeforeWelcomeBytesMax;
  // Null: plain. Outlives every connection.
  const CurrentTls* tls = nullptr;
  // From accept to the end of the TLS handshake.
  Duration tls_deadline = kUpgradeDeadline;
  // From accept, or the end of the TLS handshake, to the whole request.
  Duration upgrade_deadline = kUpgradeDeadline;
  // A bad frame ends the connection, but answers to what came before it may be on their way.
  Duration last_answers = 50ms;
  // From our last words to the end of the peer's.
  Duration close_deadline = 5s;
  // A file has longer, as long as its reader takes so much of it in that time.
  std::uint32_t download_bytes_per_second = 4 * 1024;
  // At the hard limit, with no byte taken for so long.
  Duration stall = kOutboxStall;
  // False: of the pings that came before a write, the newest is answered (RFC 6455 section 5.5.3).
  bool answers_every_ping = false;
  // Pings, pongs and closes in the window.
  std::uint32_t control_frames = 20;
  Duration control_window = 10s;
  // Messages that one gathered write joins, at most kPiecesPerWriteMax; and writes of one flush:
  // more is left to the next wait for writability, so that one long queue does not hold up the
  // others.
  std::size_t pieces_per_write = kPiecesPerWriteMax;
  int writes_per_flush = 8;
  // Connections with more queued than this come after all others, and of theirs only so many bytes
  // are written in a turn, and what one run of the ring had begun: however much a crowd is owed, a
  // neighbour's word does not wait for it.
  std::size_t heavy_bytes = 4 * 1024;
  std::size_t heavy_bytes_per_turn = 8 * 1024 * 1024;
  // The first writes of a turn to plain sockets are made in one system call, where the system lets
  // us (send_ring.h).
  bool writes_together = true;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_CONNECTION_CONFIG_H_
