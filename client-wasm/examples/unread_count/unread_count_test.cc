// A part of an application with its test: no network, no waiting, and the hub that it will meet.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "roomcast/client.h"
#include "roomcast/testing.h"

using namespace std::chrono_literals;

namespace {

// How many messages of a room one has not looked at, and whether the number
// can be believed.
class UnreadCount {
 public:
  UnreadCount(roomcast::Transport& transport, const std::string& url, const std::string& room)
      : client_({.url = url}, Events(), transport) {
    client_.Connect();
    client_.Join(room);
  }

  void Look() {
    count_ = 0;
    certain_ = true;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // False: some may be missing, because the hub could not tell.
  [[nodiscard]] bool certain() const { return certain_; }

 private:
  roomcast::ClientEvents Events() {
    roomcast::ClientEvents events;
    events.on_message = [this](const roomcast::Message& message) { count_ += message.own ? 0 : 1; };
    events.on_gap = [this](const roomcast::MissedMessages& missed) {
      count_ += missed.to - missed.from + 1;
    };
    events.on_joined = [this](const roomcast::JoinedRoom& joined) {
      certain_ = certain_ && (!joined.again || joined.recovered);
    };
    return events;
  }

  std::uint64_t count_ = 0;
  bool certain_ = true;
  roomcast::Client client_;
};

void Expect(bool holds, const char* what) {
  std::printf("%s %s\n", holds ? "ok    " : "FAILED", what);
  if (!holds) std::exit(1);
}

}  // namespace

int main() {
  roomcast::testing::TestWorld world;
  UnreadCount unread(world.AddTransport(), "ws://hub.test/ws", "chat:team");
  world.Advance(1s);
  world.Push("chat:team", {.data = "one"});
  world.Advance(1s);
  Expect(unread.count() == 1, "what is said counts");

  world.Cut();
  world.Push("chat:team", {.data = "two"});
  world.Advance(1min);
  Expect(unread.count() == 2 && unread.certain(), "what was said during a cut counts too");

  world.RestartHub();
  world.Advance(1min);
  Expect(!unread.certain(), "a hub that began anew cannot tell what was missed");
  unread.Look();
  Expect(unread.count() == 0 && unread.certain(), "looking settles it");
  return 0;
}
