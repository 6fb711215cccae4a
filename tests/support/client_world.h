#ifndef ROOMCAST_TESTS_SUPPORT_CLIENT_WORLD_H_
#define ROOMCAST_TESTS_SUPPORT_CLIENT_WORLD_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client-wasm/core/client_core.h"
#include "proto/protocol/frame.h"

namespace roomcast::test {

// A client core and the world around it, with a clock that the test moves. It does what effects ask
// for, writes down what the application would hear, and watches over what must always hold: at most
// one socket, calls that settle once, nothing sent after it was reported failed. What it finds
// wrong is in `broken`.
class ClientWorld {
 public:
  struct Heard {  // a publication, copied
    client::RoomId room;
    std::uint64_t offset;
    std::string type, data, user;
    bool own, replay;
    client::CallId history;
  };
  struct Ended {
    client::Outcome outcome;
    std::string code;
    bool retryable;
    std::uint64_t offset;
    bool duplicate;
    bool more, lost;
  };
  struct Token {
    std::uint32_t request;
    client::TokenReason reason;
  };

  explicit ClientWorld(client::ClientOptions options = DefaultOptions());
  static client::ClientOptions DefaultOptions();

  Now now() const { return now_; }
  client::ClientCore& core() { return core_; }

  // ---- The application ----
  client::CallId Connect();
  client::RoomId Open(std::string_view name);
  client::CallId Join(client::RoomId room, client::JoinOptions options = {});
  client::CallId Leave(client::RoomId room);
  client::CallId Publish(client::RoomId room, std::string_view data, Duration timeout = {});
  bool Send(client::RoomId room, std::string_view data);
  client::CallId History(client::RoomId room, client::HistoryOptions options = {});
  client::CallId UpdateMember(client::RoomId room, std::string_view data);
  client::CallId Ping();
  void Abort(client::CallId call);
  void Disconnect();
  void Close();
  void Release(client::RoomId room);
  void GiveToken(std::uint32_t request, std::string_view token);
  void FailToken(std::uint32_t request, bool permanent);
  void Signal(client::Signal signal);

  // ---- The world ----
  // Moves both clocks, and calls the timer whenever it is due.
  void Advance(Duration by);
  // As a machine that sleeps: no timer is called until it wakes. A clock that stops with it does
  // not move.
  void Sleep(Duration by, bool monotonic_stops);
  // The socket that is wanted; kNoGeneration: none.
  client::Generation socket() const { return socket_; }
  bool opened() const { return opened_; }
  void OpenSocket();
  void LoseSocket(std::uint32_t code = 1006, std::string_view reason = {});
  // One WebSocket message from the hub, by itself or on a given generation.
  void Receive(std::string_view frame);
  void ReceiveOn(client::Generation generation, std::string_view frame);
  template <class Body>
  void Say(const Body& body, std::uint32_t id = 0) {
    ServerMessage message;
    message.id = id;
    message.body = body;
    std::string frame;
    AppendFrame(frame, message);
    Receive(frame);
  }

  // ---- What the hub got ----
  // The next message with this body, and everything before it is passed over; nullptr: none. Valid
  // for as long as the world.
  template <class Body>
  const ClientMessage* Next() {
    while (!sent_.empty()) {
      const ClientMessage* message = sent_.front();
      sent_.pop_front();
      if (std::holds_alternative<Body>(message->body)) return message;
    }
    return nullptr;
  }
  bool Silent() const { return sent_.empty(); }
  void Forget() { sent_.clear(); }
  std::deque<const ClientMessage*>& sent() { return sent_; }

  // ---- What the application heard ----
  std::optional<Ended> outcome(client::CallId call) const;
  bool settled(client::CallId call) const { return ended_.contains(call); }
  std::size_t calls() const { return calls_.size(); }
  std::size_t unsettled() const { return calls_.size() - ended_.size(); }

  std::vector<client::ConnectionState> states;
  std::vector<std::string> state_codes;
  std::vector<Heard> heard;
  std::vector<client::RoomJoined> joined;
  std::vector<client::RoomState> room_states;
  std::vector<std::string> opened_rooms;  // by the hub
  std::vector<std::string> lefts;         // codes
  std::vector<std::string> problems;      // codes
  std::vector<client::RoomGap> gaps;
  std::vector<client::RoomReset> resets;
  // "list: +ann(1)data; USERS/SESSIONS and more" where a list begins and is not whole; "=bob(2)
  // -cid; USERS/SESSIONS" for a change.
  std::vector<std::string> presence;
  std::vector<Token> tokens;
  std::vector<std::uint16_t> closes;
  std::vector<std::string> urls;
  std::vector<std::string> traces;
  std::uint64_t sockets = 0;
  std::optional<Instant> timer;
  std::string broken;  // empty: all held

 private:
  void Drain();
  void Act(const client::OpenSocket& effect);
  void Act(const client::SendBytes& effect);
  void Act(const client::CloseSocket& effect);
  void Act(const client::SetTimer& effect);
  void Act(const client::NeedToken& effect);
  void Act(const client::StateChanged& effect);
  void Act(const client::SessionBegan&) {}
  void Act(const client::RoomOpened& effect);
  void Act(const client::RoomStateChanged& effect);
  void Act(const client::RoomJoined& effect);
  void Act(const client::RoomLeft& effect);
  void Act(const client::RoomGap& effect);
  void Act(const client::RoomReset& effect);
  void Act(const client::Delivered& effect);
  void Act(const client::RoomPresence& effect);
  void Act(const client::Settled& effect);
  void Act(const client::Problem& effect);
  void Act(const client::Trace& effect);
  client::CallId Called(client::CallId call);
  void Break(std::string_view what);

  Now now_;
  client::ClientCore core_;
  client::EffectBatch batch_;
  client::Generation socket_ = client::kNoGeneration;
  bool opened_ = false;
  std::set<client::CallId> calls_;
  std::map<client::CallId, Ended> ended_;
  std::set<client::CallId> publishes_;
  std::deque<const ClientMessage*> sent_;
  // Frames and the messages that view them.
  struct Frame {
    explicit Frame(std::string_view b) : bytes(b), arena(1 << 20) {}
    std::string bytes;
    Arena arena;
    std::optional<ClientFrame> frame;
  };
  std::vector<std::unique_ptr<Frame>> frames_;
};

}  // namespace roomcast::test

#endif  // ROOMCAST_TESTS_SUPPORT_CLIENT_WORLD_H_
