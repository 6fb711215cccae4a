#include "tests/net/loop_rig.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "proto/protocol/frame.h"
#include "server/net/listen_socket.h"

namespace roomcast::net {
namespace {

constexpr std::chrono::seconds kPatience(20);

}  // namespace

LoopRig::LoopRig(const Options& options)
    : metrics(options.shards, "test"),
      hub_config_(test::HubRig::DefaultConfig({.shards = options.shards})),
      connection_config_(options.connection),
      engine_(hub_config_.hash_key, 7) {
  hub_config_.ping_interval = options.ping_interval;
  hub_config_.ping_grace = options.ping_grace;
  std::vector<Mailbox*> pointers;
  for (int i = 0; i < options.shards; ++i) {
    mailboxes.push_back(std::make_unique<Mailbox>(Mailbox::Bounds{1000, 1 << 24}));
    pointers.push_back(mailboxes.back().get());
  }
  post_office_ = std::make_unique<PostOffice>(pointers);
  loop = std::make_unique<ShardLoop>(
      ShardParts{hub::ShardId{0}, hub_config_, connection_config_, 100, *post_office_,
                 *mailboxes[0], engine_, authenticator_, secrets_, metrics.Shard(0), doorman_});
  auto listening = net::Listen("127.0.0.1", 0, 64, 1);
  EXPECT_TRUE(listening.ok()) << listening.status();
  port = listening->port;
  loop->Listen(std::move(listening->sockets[0]));
}

void LoopRig::Turn() {
  // So that it never waits.
  mailboxes[0]->WakeUp();
  loop->Turn();
}

bool LoopRig::Until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    Turn();
  }
  return true;
}

void LoopRig::Publish(const std::string& room, std::string data) {
  BridgePublish publish;
  publish.publish.room = room;
  publish.publish.data = std::move(data);
  publish.done = [this](const bridge::Answer<bridge::PublishOutcome>& answer) {
    ++answered;
    refused += std::holds_alternative<bridge::HubError>(answer);
  };
  Letter letter(std::move(publish));
  EXPECT_TRUE(mailboxes[0]->Post(letter));
}

TestPeer::TestPeer(LoopRig& rig, int receive_buffer)
    : rig_(rig),
      socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      parser_({.role = websocket::Role::kClient, .message_bytes_max = 16 << 20}) {
  if (receive_buffer > 0) {
    setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(rig.port);
  EXPECT_EQ(connect(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

void TestPeer::Send(std::string_view bytes) {
  EXPECT_EQ(send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

std::string TestPeer::Frame(websocket::Opcode opcode, std::string_view payload) {
  std::string frame;
  websocket::AppendClientFrame(frame, {.opcode = opcode},
                               std::as_bytes(std::span(payload.data(), payload.size())),
                               {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}});
  return frame;
}

std::string TestPeer::Frame(std::initializer_list<ClientMessage> messages) {
  std::string payload;
  for (const ClientMessage& one : messages) AppendFrame(payload, one);
  return Frame(websocket::Opcode::kBinary, payload);
}

std::string TestPeer::UpgradeRequest() {
  return "GET /ws HTTP/1.1\r\nHost: hub\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Protocol: roomcast.v1\r\n\r\n";
}

ClientMessage TestPeer::Hello() {
  roomcast::Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes("0123456789abcdef");
  return {1, hello};
}

bool TestPeer::Next() {
  const auto found = [this] {
    Look();
    return !messages_.empty() || closed != 0 || ended || (status != 0 && status != 101);
  };
  if (!rig_.Until(found)) return false;
  if (messages_.empty()) return false;
  message = messages_.front();
  messages_.pop_front();
  return true;
}

void TestPeer::Look() {
  for (std::size_t taken = 0; !ended && taken < bytes_at_once;) {
    std::string bytes(std::min<std::size_t>(65536, bytes_at_once - taken), '\0');
    const ssize_t got = recv(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ended = true;
      return;
    }
    taken += static_cast<std::size_t>(got);
    bytes.resize(static_cast<std::size_t>(got));
    if (status == 0) {
      head_ += bytes;
      const std::size_t end = head_.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      status = std::stoi(head_.substr(9));
      bytes = head_.substr(end + 4);
    }
    if (status == 101) OnFrames(std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
  }
}

void TestPeer::OnFrames(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const websocket::FrameEvent event = parser_.Next(bytes);
    if (const auto* binary = std::get_if<websocket::Message>(&event)) {
      OnMessage(binary->bytes);
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      closed = close->code;
      return;
    } else if (const auto* error = std::get_if<websocket::FrameError>(&event)) {
      ADD_FAILURE() << error->Text();
      return;
    }
  }
}

void TestPeer::OnMessage(std::span<std::byte> bytes) {
  decoded_.push_back(std::make_unique<Decoded>());
  Decoded& decoded = *decoded_.back();
  decoded.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto frame = DecodeServerFrame(decoded.bytes, decoded.arena);
  ASSERT_TRUE(frame.has_value());
  for (const ServerMessage& one : frame->messages) messages_.push_back(one);
}

bool TestPeer::Greet() {
  Send(UpgradeRequest() + Frame({Hello()}));
  return Next() && std::holds_alternative<Welcome>(message.body);
}

bool TestPeer::Join(std::string_view room) {
  roomcast::Join join;
  join.room = room;
  Send(Frame({{2, join}}));
  return Next() && std::holds_alternative<Joined>(message.body);
}

ClientMessage JoinOf(std::uint32_t id, std::string_view room) {
  roomcast::Join join;
  join.room = room;
  return {id, join};
}

ClientMessage LeaveOf(std::uint32_t id, std::string_view room) {
  roomcast::Leave leave;
  leave.room = room;
  return {id, leave};
}

}  // namespace roomcast::net
