#ifndef ROOMCAST_TESTS_SUPPORT_SCRIPTED_HUB_H_
#define ROOMCAST_TESTS_SUPPORT_SCRIPTED_HUB_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/server_messages.h"
#include "tests/support/client_world.h"

namespace roomcast::test {

// The hub's side of a ClientWorld, one sentence at a time: a test says what this hub answers, and
// whether. It keeps only what a hub must know for its answers to fit together: one stream per room.
class ScriptedHub {
 public:
  struct Stream {
    std::uint64_t epoch = 7;
    std::uint64_t top = 0;
    std::uint64_t handle = 0;
  };

  explicit ScriptedHub(ClientWorld& world) : world_(world) {}

  std::string instance = "hub-1";
  std::string session = "session-1";
  std::uint32_t token_lifetime_ms = 0;
  std::uint32_t ping_interval_ms = 25'000;
  std::uint32_t ping_grace_ms = 10'000;

  Stream& stream(std::string_view room);

  // Takes the Hello that was sent and answers it; every join becomes Joined with this verdict (LIVE
  // where no position was asked for). `resumed`: the session was still there.
  void Welcome(bool resumed = false, Verdict verdict = Verdict::kRecovered);
  // Opens the wanted socket, and Welcome().
  void Accept(bool resumed = false, Verdict verdict = Verdict::kRecovered);

  // The answer to the next Join that was sent.
  void AnswerJoin(Verdict verdict = Verdict::kLive);
  void RefuseJoin(ErrorCode code, bool temporary, std::uint32_t retry_after_ms = 0);
  // The answer to the next Publish that was sent: it is in the stream.
  void AnswerPublish(bool duplicate = false);
  void Refuse(std::uint32_t id, ErrorCode code, bool temporary = false,
              std::uint32_t retry_after_ms = 0);

  // A publication with this offset; the stream's top moves to it.
  void Deliver(std::string_view room, std::uint64_t offset, std::string_view data,
               std::uint64_t producer = 0);
  void Ping();
  void Disconnect(std::uint32_t code, DisconnectAction action, std::uint32_t retry_after_ms = 0,
                  std::uint32_t spread_ms = 0);

  // What Joined says of a room, for a Join with or without a position.
  Joined MakeJoined(const roomcast::Join& join, Verdict verdict);

 private:
  ClientWorld& world_;
  std::map<std::string, Stream, std::less<>> streams_;
  std::uint64_t last_handle_ = 100;
  std::uint64_t pings_ = 0;
};

}  // namespace roomcast::test

#endif  // ROOMCAST_TESTS_SUPPORT_SCRIPTED_HUB_H_
