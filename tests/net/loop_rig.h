// A real loop with a real hub in a test's hands: its turns are made in the test's own thread, so
// the test sees what is there after each. Its peers are sockets on loopback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "server/engine/memory_engine.h"
#include "server/net/doorman.h"
#include "server/net/file_descriptor.h"
#include "server/net/mailbox.h"
#include "server/net/shard_loop.h"
#include "server/ops/metrics.h"
#include "server/websocket/frame_parser.h"
#include "tests/support/hub_rig.h"

namespace roomcast::net {

// Shard 0 of a hub, and the mailboxes of the others, which nobody empties but the test.
class LoopRig {
 public:
  struct Options {
    std::uint16_t shards = 1;
    ConnectionConfig connection = {};
    Duration ping_interval = kPingInterval;
    Duration ping_grace = kPingGrace;
  };

  LoopRig() : LoopRig(Options{}) {}
  explicit LoopRig(const Options& options);

  // Makes turns until the condition holds; false: it did not within 20 s.
  [[nodiscard]] bool Until(const std::function<bool()>& condition);
  // One turn, with whatever is ready.
  void Turn();
  // As the bridge would, into the mailbox of shard 0.
  void Publish(const std::string& room, std::string data);
  [[nodiscard]] std::uint64_t Count(ops::Counter counter) {
    return metrics.Shard(0).Read(static_cast<std::size_t>(counter));
  }

  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Mailbox>> mailboxes;
  ops::Metrics metrics;
  std::unique_ptr<ShardLoop> loop;
  // Of publishes: how many were answered, and how many of these refused.
  int answered = 0;
  int refused = 0;

 private:
  hub::HubConfig hub_config_;
  ConnectionConfig connection_config_;
  std::unique_ptr<PostOffice> post_office_;
  engine::MemoryEngine engine_;
  test::PlainAuthenticator authenticator_;
  test::SeededSecrets secrets_{7};
  Doorman doorman_{{}};
};

// A client's socket. It never waits: what has come is taken with Look().
class TestPeer {
 public:
  // `receive_buffer` above 0: what its kernel holds for it.
  explicit TestPeer(LoopRig& rig, int receive_buffer = 0);

  void Send(std::string_view bytes);
  // A binary frame of these messages.
  static std::string Frame(std::initializer_list<ClientMessage> messages);
  // A masked frame of any kind.
  static std::string Frame(websocket::Opcode opcode, std::string_view payload);
  static std::string UpgradeRequest();
  static ClientMessage Hello();

  // Takes what has come, but not more than `bytes_at_once`.
  void Look();
  std::size_t bytes_at_once = SIZE_MAX;
  // Takes what has come, and makes turns until there is a message, a close or the end. False: none.
  [[nodiscard]] bool Next();
  // The message that Next() found, good until the next one. Of an HTTP response, only its status.
  ServerMessage message;
  int status = 0;
  std::uint16_t closed = 0;  // the hub's close code
  bool ended = false;        // the byte stream's end

  // Upgrade, Hello and Welcome; then joins the room. False: it did not work.
  [[nodiscard]] bool Greet();
  [[nodiscard]] bool Join(std::string_view room);

  [[nodiscard]] int fd() const { return socket_.get(); }
  void Cut() { socket_.Reset(); }

 private:
  void OnFrames(std::span<std::byte> bytes);
  void OnMessage(std::span<std::byte> bytes);

  LoopRig& rig_;
  FileDescriptor socket_;
  std::string head_;
  websocket::FrameParser parser_;
  struct Decoded {
    std::string bytes;
    Arena arena{kClientArenaBytesMax};
  };
  std::deque<std::unique_ptr<Decoded>> decoded_;
  std::deque<ServerMessage> messages_;
};

// Commands about a room; `room` outlives the message.
ClientMessage JoinOf(std::uint32_t id, std::string_view room);
ClientMessage LeaveOf(std::uint32_t id, std::string_view room);

}  // namespace roomcast::net
