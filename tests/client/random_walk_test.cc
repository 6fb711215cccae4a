#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "proto/protocol/random.h"
#include "tests/support/client_world.h"
#include "tests/support/scripted_hub.h"

namespace roomcast::test {
namespace {

using client::CallId;
using client::RoomId;

// Goal: whatever the application, the network and the hub do, in any order, every call settles
// exactly once (I7), there is at most one socket, and nothing is sent after it was reported failed.
// Method: a hub of this test's own answers, delays, lies and restarts at random; ClientWorld
// judges. A seed is a run: ROOMCAST_SEED replays one.
class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {
    client::ClientOptions options = ClientWorld::DefaultOptions();
    options.seed = seed;
    options.token_provider = random_.Chance(300);
    world_ = std::make_unique<ClientWorld>(options);
    hub_ = std::make_unique<ScriptedHub>(*world_);
    for (int i = 0; i < 4; ++i) rooms_.push_back(world_->Open("chat:" + std::to_string(i)));
  }

  void Step() {
    const std::uint64_t what = random_.Below(1000);
    if (what < 250) {
      Application();
    } else if (what < 850) {
      Hub();
    } else if (what < 980) {
      world_->Advance(Duration(static_cast<std::int64_t>(random_.Below(2'000'000))));
    } else {
      Network();
    }
  }

  // Everything ends, and then every call has its outcome.
  void End() {
    if (random_.Chance(500)) {
      world_->Close();
    } else {
      world_->Disconnect();
    }
    EXPECT_EQ(world_->unsettled(), 0u);
  }

  const ClientWorld& world() const { return *world_; }
  bool Held() const { return world_->broken.empty(); }
  int cuts = 0, lies = 0, restarts = 0, refusals = 0;

 private:
  RoomId AnyRoom() { return rooms_[random_.Below(rooms_.size())]; }

  void Application() {
    switch (random_.Below(18)) {
      case 0:
        if (random_.Chance(100)) world_->Disconnect();
        break;
      case 1:
      case 2:
        world_->Connect();
        break;
      case 3:
      case 4:
      case 5: {
        client::JoinOptions options;
        options.echo = random_.Chance(500);
        options.presence = static_cast<PresenceInterest>(random_.Below(3));
        if (random_.Chance(200)) options.since = LastCount{5};
        world_->Join(AnyRoom(), options);
        break;
      }
      case 6:
        world_->Leave(AnyRoom());
        break;
      case 7:
        world_->Ping();
        break;
      case 8:
        world_->Send(AnyRoom(), "volatile");
        break;
      case 9:
        world_->Abort(static_cast<CallId>(random_.Below(world_->calls() * 2 + 1)));
        break;
      case 10: {
        RoomId& room = rooms_[random_.Below(rooms_.size())];
        world_->Release(room);
        room = world_->Open("chat:" + std::to_string(random_.Below(6)));
        break;
      }
      case 12:
        world_->History(AnyRoom(), {{}, 10, random_.Chance(500)});
        break;
      case 13:
        world_->UpdateMember(AnyRoom(), "data");
        break;
      case 11:
        if (random_.Chance(200)) world_->Signal(static_cast<client::Signal>(1 + random_.Below(7)));
        break;
      default:
        world_->Publish(AnyRoom(), "p", random_.Chance(100) ? Duration(1s) : Duration{});
    }
  }

  void Network() {
    switch (random_.Below(6)) {
      case 0:
        if (world_->socket() == client::kNoGeneration) break;
        ++cuts;
        world_->LoseSocket(kCodes[random_.Below(std::size(kCodes))]);
        break;
      case 1:
        world_->Sleep(Duration(static_cast<std::int64_t>(random_.Below(100'000'000))),
                      random_.Chance(500));
        break;
      case 2:
        ++restarts;
        hub_->instance = "hub-" + std::to_string(++instances_);
        break;
      case 3:
        if (world_->opened() && random_.Chance(500)) ++lies, world_->Receive("\x0a\x05\x12");
        break;
      default:
        if (!world_->tokens.empty()) {
          const auto request = static_cast<std::uint32_t>(1 + random_.Below(world_->tokens.size()));
          random_.Chance(700) ? world_->GiveToken(request, "token")
                              : world_->FailToken(request, random_.Chance(200));
        }
    }
  }

  void Hub() {
    if (world_->socket() == client::kNoGeneration) return;
    if (!world_->opened()) {
      // What an earlier socket carried is gone, but for a hub that mixes things up.
      if (!random_.Chance(20)) world_->Forget();
      world_->OpenSocket();
      return;
    }
    if (random_.Chance(700) && !world_->Silent()) return Answer();
    const bool greeted = world_->core().state() == client::ConnectionState::kConnected;
    if (greeted || random_.Chance(20)) Push();
  }

  // To the oldest message that the client sent.
  void Answer() {
    const ClientMessage* message = world_->sent().front();
    if (std::holds_alternative<Hello>(message->body)) {
      if (random_.Chance(20)) return hub_->Disconnect(3500, DisconnectAction::kStop);
      return hub_->Welcome(random_.Chance(500),
                           random_.Chance(700) ? Verdict::kRecovered : Verdict::kLost);
    }
    if (random_.Chance(150)) return world_->sent().pop_front();  // never answered
    if (message->id != 0 && random_.Chance(150)) {
      ++refusals;
      world_->sent().pop_front();
      const std::uint32_t codes[] = {100, 103, 111, 118, 109};
      return world_->Say(Error{codes[random_.Below(5)], "no", random_.Chance(500),
                               static_cast<std::uint32_t>(random_.Below(2'000))},
                         message->id);
    }
    if (std::holds_alternative<roomcast::Join>(message->body)) {
      return hub_->AnswerJoin(random_.Chance(700) ? Verdict::kRecovered : Verdict::kLost);
    }
    if (std::holds_alternative<roomcast::Publish>(message->body) && message->id != 0) {
      return hub_->AnswerPublish(random_.Chance(100));
    }
    world_->sent().pop_front();
    if (const auto* ping = std::get_if<roomcast::Ping>(&message->body)) {
      return world_->Say(Pong{ping->sequence, 1, 2});
    }
    if (std::holds_alternative<History>(message->body)) {
      Publication publication;
      publication.offset = 1;
      return world_->Say(HistoryPage{Position{1, 1}, {&publication, 1}, true, false}, message->id);
    }
    if (std::holds_alternative<PresenceGet>(message->body)) {
      const PresenceUser user{"ann", 1, {}};
      const std::string_view cursor = random_.Chance(500) ? "ann" : "";
      const PresenceSnapshot snapshot{random_.Below(9), {&user, 1}, 1, 1};
      return world_->Say(PresencePage{snapshot, cursor}, message->id);
    }
    if (message->id != 0) world_->Say(Ok{}, message->id);
  }

  void Push() {
    const std::string room = "chat:" + std::to_string(random_.Below(6));
    ScriptedHub::Stream& stream = hub_->stream(room);
    switch (random_.Below(14)) {
      case 12:
        return world_->Say(Presence{stream.handle, random_.Below(20), {}, {}, {}, 1, 1});
      case 0:
        return world_->Say(Left{stream.handle, random_.Chance(700) ? 2500u : 2000u, "", false});
      case 1:
        if (!random_.Chance(200)) return;
        ++lies;
        return hub_->Deliver(room, stream.top + 2, "a hole");
      case 2:
        return world_->Say(Gap{stream.handle, stream.top + 1, stream.top += 3, GapReason::kSlow});
      case 3:
        stream = {stream.epoch + 1, 0, stream.handle};
        return world_->Say(Reset{stream.handle, Position{stream.epoch, 0}});
      case 4:
        return world_->Say(GoAway{5'000, 100, 1'000, ""});
      case 5:
        return hub_->Ping();
      case 6:
        if (!random_.Chance(200)) return;
        return hub_->Disconnect(3001, DisconnectAction::kResume, 100, 500);
      case 7:
        return world_->Say(Ok{}, static_cast<std::uint32_t>(random_.Below(10'000)));
      default:
        return hub_->Deliver(room, stream.top + 1, "news", random_.Chance(300) ? 1 : 0);
    }
  }

  static constexpr std::uint32_t kCodes[] = {1000, 1001, 1006, 1006, 1006, 1013, 3000, 3005, 3500};

  Random random_;
  std::unique_ptr<ClientWorld> world_;
  std::unique_ptr<ScriptedHub> hub_;
  std::vector<RoomId> rooms_;
  int instances_ = 1;
};

TEST(RandomWalk, EveryCallSettlesOnceWhateverHappens) {
  const char* asked = std::getenv("ROOMCAST_SEED");
  const std::uint64_t first = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 1;
  const std::uint64_t walks = asked != nullptr ? 1 : 1'000;
  int cuts = 0, lies = 0, restarts = 0, refusals = 0;
  std::uint64_t connections = 0, publications = 0, resent = 0;
  for (std::uint64_t seed = first; seed < first + walks; ++seed) {
    SCOPED_TRACE("ROOMCAST_SEED=" + std::to_string(seed));
    Walk walk(seed);
    for (int i = 0; i < 1'000 && walk.Held(); ++i) walk.Step();
    walk.End();
    ASSERT_EQ(walk.world().broken, "");
    ASSERT_FALSE(::testing::Test::HasFailure());
    const client::Stats stats = const_cast<ClientWorld&>(walk.world()).core().stats();
    cuts += walk.cuts, lies += walk.lies, restarts += walk.restarts, refusals += walk.refusals;
    connections += stats.connections, publications += stats.publications, resent += stats.resent;
  }
  if (asked != nullptr) return;
  // The walks were hostile, and they were not only that.
  EXPECT_GT(cuts, 1'000);
  EXPECT_GT(lies, 1'000);
  EXPECT_GT(restarts, 1'000);
  EXPECT_GT(refusals, 1'000);
  EXPECT_GT(connections, 5'000u);
  EXPECT_GT(publications, 5'000u);
  EXPECT_GT(resent, 200u);
}

}  // namespace
}  // namespace roomcast::test
