// A stranger's whole connection: real sockets' code over a socket pair, with a hub behind it. What
// comes back is HTTP and then frames of our protocol, it ends in the same status and close code
// however the bytes were cut, and nothing of the connection is left when its peer is gone.
//
// Input: byte 0 chooses the cuts, byte 1 what goes before the rest of the wire: 1 an upgrade
// request, 2 one that offers permessage-deflate, 4 Hello.
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/frame.h"
#include "server/engine/memory_engine.h"
#include "server/net/connections.h"
#include "server/net/frame_heads.h"
#include "server/net/hub_application.h"
#include "server/net/shard_events.h"
#include "server/websocket/inflater.h"
#include "tests/fuzz/pieces.h"
#include "tests/support/hub_rig.h"

namespace roomcast::net {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

struct NoOtherShard : hub::PostOffice {
  bool Post(hub::ShardId, hub::Mail&) override { std::abort(); }
};
struct NoBridge : hub::BridgeAnswers {
  void OnPublished(hub::BridgeCall, const Published&) override { std::abort(); }
};

ConnectionConfig MakeConnectionConfig() {
  ConnectionConfig config;
  config.handshake.compression = true;
  config.compression = {.level = 1, .above_bytes = 16};
  return config;
}

hub::HubConfig MakeHubConfig() {
  hub::HubConfig config = test::HubRig::DefaultConfig({});
  // What is refused must not hang on the time.
  config.publishes_per_second = 1'000'000;
  config.publish_burst = 1'000'000;
  return config;
}

// One shard and one peer.
class World {
 public:
  World() {
    connections_.SetApplication(application_);
    int pair[2];
    Check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    peer_ = FileDescriptor(pair[0]);
    connections_.Accept(FileDescriptor(pair[1]), PeerAddress());
  }

  void Send(std::string_view bytes) {
    if (bytes.empty()) return;
    // Who was sent away may find nobody to take it.
    static_cast<void>(send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    Turn();
    Turn();
  }

  // Cuts the connection, and gives what the peer heard.
  std::string Heard() {
    shutdown(peer_.get(), SHUT_WR);
    for (int i = 0; i < 4; ++i) Turn();
    peer_.Reset();
    for (int i = 0; i < 4; ++i) Turn();
    Check(connections_.size() == 0 && shard_.counts().sessions == 0);
    return std::move(heard_);
  }

 private:
  void Turn() {
    poller_.Wait(Duration::zero());
    poller_.ForEachReady([this](Poller::Token token, bool readable, bool writable) {
      connections_.OnReady(token, readable, writable);
    });
    connections_.ResumeReading();
    shard_.EndTurn(clock_.now());
    if (connections_.Flush()) shard_.EndTurn(clock_.now());
    connections_.Flush();
    Check(connections_.queued_bytes() <= config_.outbox.hard + 1024);
    connections_.Reap();
    clock_.EndTurn();
    char bytes[65536];
    ssize_t got = 0;
    while ((got = recv(peer_.get(), bytes, sizeof(bytes), 0)) > 0) {
      heard_.append(bytes, static_cast<std::size_t>(got));
    }
  }

  const ConnectionConfig config_ = MakeConnectionConfig();
  const hub::HubConfig hub_config_ = MakeHubConfig();
  Poller poller_;
  TurnClock clock_;
  ops::Metrics metrics_{1, "fuzz"};
  ShardEvents events_{metrics_.Shard(0)};
  NoOtherShard no_other_shard_;
  NoBridge no_bridge_;
  engine::MemoryEngine engine_{hub_config_.hash_key, 7};
  test::PlainAuthenticator authenticator_;
  test::SeededSecrets secrets_{7};
  Doorman doorman_{Doorman::Limits{}};
  Connections connections_{poller_, clock_, config_, metrics_.Shard(0), nullptr, doorman_};
  hub::Shard shard_{hub::ShardId{0},
                    hub_config_,
                    {connections_, no_other_shard_, no_bridge_, engine_, authenticator_, secrets_,
                     events_, WriteBinaryHead}};
  HubApplication application_{shard_};
  FileDescriptor peer_;
  std::string heard_;
};

void CheckMessage(std::span<std::byte> bytes) {
  Arena arena(kClientArenaBytesMax);
  Check(DecodeServerFrame({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, arena)
            .has_value());
}

// The frames behind the response's head: how they end.
std::string TellFrames(std::span<std::byte> wire) {
  websocket::FrameParser parser({.role = websocket::Role::kClient,
                                 .compression = true,
                                 .text = false,
                                 .message_bytes_max = 4 << 20});
  websocket::Inflater inflater;
  while (!wire.empty()) {
    const websocket::FrameEvent event = parser.Next(wire);
    if (auto* message = std::get_if<websocket::Message>(&event)) {
      if (!message->compressed) {
        CheckMessage(message->bytes);
        continue;
      }
      const auto inflated = inflater.Inflate(message->bytes, 4 << 20);
      Check(std::holds_alternative<std::span<std::byte>>(inflated));
      CheckMessage(std::get<std::span<std::byte>>(inflated));
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      Check(wire.empty());
      return "close " + std::to_string(close->code);
    } else {
      Check(!std::holds_alternative<websocket::FrameError>(event));
    }
  }
  Check(!parser.MidMessage());
  return "cut";
}

// How it ended, of all that the peer heard.
std::string Tell(std::string heard) {
  if (heard.empty()) return "silence";
  Check(heard.starts_with("HTTP/1.1 "));
  const std::size_t head = heard.find("\r\n\r\n");
  Check(head != std::string::npos);
  std::string status = heard.substr(9, 3);
  if (status != "101") return status;
  return TellFrames(std::as_writable_bytes(std::span(heard)).subspan(head + 4));
}

std::string Hello() {
  roomcast::Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes("0123456789abcdef");
  std::vector<Join> joins(1);
  joins[0].room = "chat:fuzz";
  hello.joins = joins;
  std::string payload;
  AppendFrame(payload, ClientMessage{1, hello});
  std::string frame;
  websocket::AppendClientFrame(frame, {}, std::as_bytes(std::span(payload)), {});
  return frame;
}

std::string Prefix(std::uint8_t choice) {
  std::string prefix;
  if ((choice & 3) != 0) {
    prefix =
        "GET /ws HTTP/1.1\r\nHost: hub\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: roomcast.v1\r\n";
    if ((choice & 2) != 0) prefix += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    prefix += "\r\n";
  }
  if ((choice & 4) != 0) prefix += Hello();
  return prefix;
}

std::string Play(const std::vector<std::string>& pieces) {
  World world;
  for (const std::string& piece : pieces) world.Send(piece);
  return Tell(world.Heard());
}

}  // namespace
}  // namespace roomcast::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 8192) return 0;
  std::string wire = roomcast::net::Prefix(data[1]);
  wire.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = roomcast::net::Play({wire});
  const std::string cut = roomcast::net::Play(roomcast::fuzz::Pieces(wire, data[0]));
  if (whole != cut) std::abort();
  return 0;
}
