// A whole hub in a test's hands: its shards, their mail, their connections' queues and the time.
// Nothing happens by itself; the test says when mail is carried and when a turn ends.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/random.h"
#include "proto/protocol/server_messages.h"
#include "server/engine/memory_engine.h"
#include "server/hub/shard.h"

namespace roomcast::test {

// The rig's wall clock at its beginning.
inline constexpr std::int64_t kBeginning = 1'700'000'000'000'000;

// Secrets that a seed decides.
class SeededSecrets : public hub::Secrets {
 public:
  explicit SeededSecrets(std::uint64_t seed) : random_(seed) {}
  void Fill(char* out, std::size_t bytes) override {
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(random_.Next());
  }

 private:
  Random random_;
};

// Tokens of tests, words with spaces between: "user:NAME" is NAME, "expired:NAME" was, anything
// else is nobody's. After it "until:SECONDS" and "issued:SECONDS" (of the rig's wall clock, from
// its beginning), "info:TEXT", "PATTERN=RIGHT,RIGHT" for what it grants.
class PlainAuthenticator : public hub::Authenticator {
 public:
  Answer Verify(std::string_view token, WallTime now) const override;
};

// What the hub counted.
struct CountedEvents : hub::Events {
  std::uint64_t publications = 0, duplicates = 0, deliveries = 0, gaps = 0, behind = 0,
                mailbox_full = 0, round_trips = 0, sessions = 0;
  std::map<ErrorCode, int> errors;
  std::map<DisconnectCode, int> disconnects;
  std::map<LeftCode, int> lefts;
  std::map<hub::ResumeOutcome, int> resumes;
  std::map<hub::ParkedDrop, int> parked_dropped;

  void OnSession(bool) override { ++sessions; }
  void OnPublication(Door, bool duplicate) override { ++(duplicate ? duplicates : publications); }
  void OnDeliveries(std::uint64_t count) override { deliveries += count; }
  void OnError(ErrorCode code) override { ++errors[code]; }
  void OnDisconnect(DisconnectCode code) override { ++disconnects[code]; }
  void OnGap(GapReason) override { ++gaps; }
  void OnBehind() override { ++behind; }
  void OnMailboxFull() override { ++mailbox_full; }
  void OnRoundTrip(Duration) override { ++round_trips; }
  void OnLeft(LeftCode code) override { ++lefts[code]; }
  void OnResume(hub::ResumeOutcome outcome) override { ++resumes[outcome]; }
  void OnParkedDropped(hub::ParkedDrop reason) override { ++parked_dropped[reason]; }
};

// One connection's queue, as a socket's reader would see it if it read everything.
struct Wire {
  std::deque<std::string> messages;  // what the hub said, not yet taken
  std::size_t fast = 0;              // so many at the front came by the fast lane
  std::size_t unread_bytes = 0;
  // With a slow reader nothing leaves the queue by itself, and the limits below hold.
  bool slow = false;
  bool over_soft = false;
  bool reading = true;
  bool closed = false;
  DisconnectCode code{};
  std::string reason;
};

class HubRig : public hub::Outbox, public hub::BridgeAnswers {
 public:
  struct Options {
    std::uint16_t shards = 1;
    std::uint64_t seed = 1;
    std::size_t mailbox_max = 1'000'000;
    std::size_t soft_bytes = 256 * 1024;
    std::size_t hard_bytes = 1024 * 1024;
  };

  HubRig() : HubRig(Options{}) {}
  explicit HubRig(Options options) : HubRig(options, DefaultConfig(options)) {}
  HubRig(Options options, hub::HubConfig config);
  // Anonymous allowed; namespaces default, chat, "drop" (droppable), "quiet" (clients may not
  // publish) and "users" (needs a token).
  static hub::HubConfig DefaultConfig(const Options& options);

  // ---- The world, as the test moves it
  hub::ConnectionId Open(std::uint16_t shard = 0);
  // A backend's stream, and what it asks for.
  hub::ConnectionId OpenStream(std::uint16_t shard = 0);
  void Watch(hub::ConnectionId stream, const hub::WatchInput& input);
  void Say(hub::ConnectionId connection, const ClientMessage& message);
  void SayBytes(hub::ConnectionId connection, std::string_view bytes);
  void Close(hub::ConnectionId connection, std::uint16_t code = 1006);
  // The slow reader takes everything that is queued.
  void Drain(hub::ConnectionId connection);
  // Carries mail and ends turns until nothing moves.
  void Settle();
  // Held up, a shard takes no mail and makes no turn.
  void Hold(std::uint16_t shard, bool held) { shards_[shard]->held = held; }
  // Time passes; deadlines on the way are kept.
  void Pass(Duration time);
  // The wall clock is set back; the monotonic one is not.
  void SetWallBack(Duration by) {
    now_.wall = static_cast<WallTime>(Microseconds(now_.wall) - by.count());
  }
  hub::Mail* FirstMailTo(std::uint16_t shard);
  void Mail(std::uint16_t shard, hub::Mail mail) { Enqueue(shard, shard, std::move(mail)); }

  // ---- What came of it
  // All messages that the connection was sent and that were not taken yet. Views are good until the
  // next call for the same connection.
  std::vector<ServerMessage> Take(hub::ConnectionId connection);
  // The next of this kind, all before it being passed over; fails the test if there is none.
  template <class Body>
  Body Next(hub::ConnectionId connection) {
    for (const ServerMessage& message : Take(connection)) {
      if (const Body* body = std::get_if<Body>(&message.body)) return *body;
    }
    ReportMissing();
    return Body{};
  }
  Wire& wire(hub::ConnectionId connection) { return wires_[connection]; }
  hub::Shard& shard(std::uint16_t id) { return *shards_[id]->shard; }
  std::uint16_t ShardOf(hub::ConnectionId connection) const { return shard_of_.at(connection); }
  CountedEvents& events() { return events_; }
  roomcast::Now now() const { return now_; }
  const std::vector<std::pair<hub::BridgeCall, Published>>& bridge_answers() const {
    return bridge_answers_;
  }
  // What the last order about sessions came to; fails the test if there was none.
  Counted TakeCounted();
  // To where the user's sessions are kept account of.
  void OrderUser(std::string_view user, hub::UserMail order);
  const hub::HubConfig& config() const { return config_; }
  std::uint16_t shards() const { return static_cast<std::uint16_t>(shards_.size()); }

  // Open, Hello as an anonymous or named user, and Welcome taken.
  hub::ConnectionId Greeted(std::uint16_t shard = 0, std::string_view token = "",
                            std::uint64_t producer = 0);
  // Joins and settles; what Joined said.
  Joined JoinRoom(hub::ConnectionId connection, std::string_view room);
  void Publish(hub::ConnectionId connection, std::string_view room, std::string_view text,
               std::uint64_t counter = 0, std::uint32_t id = 0);

  // hub::Outbox
  Fill Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId connection, DisconnectCode code, std::string_view reason) override;
  void SetReading(hub::ConnectionId connection, bool reading) override;
  // hub::BridgeAnswers
  void OnPublished(hub::BridgeCall call, const Published& answer) override;
  void OnCounted(hub::BridgeCall call, const Counted& answer) override;

 private:
  struct Member : hub::PostOffice {
    HubRig* rig = nullptr;
    std::uint16_t id = 0;
    std::unique_ptr<engine::MemoryEngine> engine;
    std::unique_ptr<SeededSecrets> secrets;
    std::unique_ptr<hub::Shard> shard;
    // By sender: what one sender posts arrives in its order; between senders any order may be.
    std::vector<std::deque<hub::Mail>> inbox;
    std::size_t inbox_size = 0;
    bool held = false;
    bool Post(hub::ShardId to, hub::Mail& mail) override;
  };

  bool Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail mail);
  bool CarryOne();
  static void ReportMissing();

  Options options_;
  hub::HubConfig config_;
  PlainAuthenticator authenticator_;
  CountedEvents events_;
  Random random_;
  std::vector<std::unique_ptr<Member>> shards_;
  roomcast::Now now_{Instant(std::chrono::hours(1)), WallTime{kBeginning}};
  std::uint32_t next_connection_ = 1;
  std::map<hub::ConnectionId, Wire> wires_;
  std::map<hub::ConnectionId, std::uint16_t> shard_of_;
  struct Taken {
    std::vector<std::string> bytes;
    std::unique_ptr<Arena> arena = std::make_unique<Arena>(kClientArenaBytesMax);
  };
  std::map<hub::ConnectionId, Taken> taken_;
  std::vector<std::pair<hub::BridgeCall, Published>> bridge_answers_;
  std::vector<Counted> counted_;
};

}  // namespace roomcast::test
