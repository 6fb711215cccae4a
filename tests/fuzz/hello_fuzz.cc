// A stranger's first messages to the hub, from Hello on. Whatever they are, the hub is sent nothing
// that breaks it: it answers with frames of its protocol, welcomes at most once, and says nothing
// after it has closed. The same bytes to another hub of the same seed cause the same answers.
//
// Input: messages, each behind two bytes with its length.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/protocol/arena.h"
#include "proto/protocol/frame.h"
#include "tests/support/hub_rig.h"

namespace roomcast {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Play(std::string_view input) {
  test::HubRig rig;
  const auto connection = rig.Open();
  std::string told;
  bool welcomed = false;
  while (input.size() > 2 && !rig.wire(connection).closed) {
    const std::size_t size = static_cast<unsigned char>(input[0]) |
                             static_cast<std::size_t>(static_cast<unsigned char>(input[1])) << 8;
    rig.SayBytes(connection, input.substr(2, size));
    input.remove_prefix(std::min(input.size(), 2 + size));
    rig.Settle();
    for (const std::string& message : rig.wire(connection).messages) {
      Arena arena(kClientArenaBytesMax);
      const auto frame = DecodeServerFrame(message, arena);
      Check(frame.has_value());
      for (const ServerMessage& one : frame->messages) {
        if (!std::holds_alternative<Welcome>(one.body)) continue;
        Check(!std::exchange(welcomed, true));
      }
      told += message;
    }
    rig.wire(connection).messages.clear();
    rig.wire(connection).fast = 0;
  }
  // Who never said Hello is sent away in time, and everyone can leave.
  rig.Pass(std::chrono::seconds(6));
  Check(welcomed || rig.wire(connection).closed);
  if (!rig.wire(connection).closed) rig.Close(connection);
  Check(rig.shard(0).counts().sessions == 0);
  return told;
}

}  // namespace
}  // namespace roomcast

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (roomcast::Play(input) != roomcast::Play(input)) std::abort();
  return 0;
}
