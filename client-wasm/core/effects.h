#ifndef ROOMCAST_CLIENT_WASM_CORE_EFFECTS_H_
#define ROOMCAST_CLIENT_WASM_CORE_EFFECTS_H_

#include <cstdint>
#include <string_view>
#include <variant>

#include "client-wasm/core/fault.h"
#include "client-wasm/core/ids.h"
#include "client-wasm/core/kept_text.h"
#include "client-wasm/core/plain_vector.h"
#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/instant.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/server_messages.h"

namespace roomcast::client {

// What the core wants done or told, in order. The world acts on the first group; the application
// hears of the rest.

enum class ConnectionState : std::uint8_t {
  kDisconnected,
  kConnecting,
  kConnected,
  kReconnecting,
  kClosed
};
enum class RoomState : std::uint8_t { kLeft, kJoining, kJoined };
enum class TokenReason : std::uint8_t { kInitial = 1, kExpired = 2, kRefresh = 3 };

// How a call ended. kRefused: it had no effect. kTimedOut: no answer in time, and it will not be
// sent (again); the fault says whether it ever was. kAborted: the application's own doing.
// kUnknown: it was sent, and nobody can tell what came of it: the hub that could is gone, or it was
// sent again after a reconnect and refused the second time.
enum class Outcome : std::uint8_t {
  kDone = 1,
  kRefused = 2,
  kTimedOut = 3,
  kAborted = 4,
  kUnknown = 5
};

struct OpenSocket {
  Generation generation;
  std::string_view url;
  std::string_view protocol;
};
struct SendBytes {
  Generation generation;
  std::string_view bytes;
};
struct CloseSocket {
  Generation generation;
  std::uint16_t code;
  std::string_view reason;
};
// In place of the time set before; kNever: no timer.
struct SetTimer {
  Instant at;
};
struct NeedToken {
  std::uint32_t request;
  TokenReason reason;
};

// Also when an attempt failed: the state is then the one before, and next_attempt is new.
struct StateChanged {
  ConnectionState state;
  ConnectionState before;
  Fault fault;
  Instant next_attempt = kNever;
};
struct SessionBegan {
  std::string_view session_id;
  std::string_view user;
  std::string_view instance;
  std::string_view node;
  bool resumed;
  bool same_instance;  // as the connection before
};
// The hub made the client a member of a room that it did not ask for: from now on it is wanted as
// if it had, and the effects of joining it follow.
struct RoomOpened {
  RoomId room;
  std::string_view name;
};
struct RoomStateChanged {
  RoomId room;
  RoomState state;
  RoomState before;
};
struct RoomJoined {
  RoomId room;
  Verdict verdict;
  bool again;      // an automatic rejoin
  bool recovered;  // nothing was lost since the position that was asked for
  Position top;
  std::uint64_t start;     // publications follow after this offset
  std::uint64_t replayed;  // how many of them are from before the join
  RoomPolicy policy;
};
// Not in the room, and not coming back by itself. Without a fault: as the application wished.
struct RoomLeft {
  RoomId room;
  Fault fault;
};
struct RoomGap {
  RoomId room;
  std::uint64_t from;
  std::uint64_t to;
  GapReason reason;
};
struct RoomReset {
  RoomId room;
  Position position;
};
struct Delivered {
  RoomId room;
  const Publication* publication;  // views the received frame and the batch
  bool own;
  bool replay;
  CallId history = kNoCall;  // it is in the page that answers this call, and not live
};
// Who is in a room. A list begins with `first` and is whole at `last`; in between come its parts,
// and what changed meanwhile. Alone, a change is neither first nor incomplete: first false, last
// true. A user who is there already is told again where something about the user is new.
// The users view the received frame and the batch.
struct RoomPresence {
  RoomId room;
  bool first;
  bool last;
  Repeated<PresenceUser> here;
  Repeated<PresenceUser> updated;
  Repeated<Text> gone;
  std::uint32_t users;     // in all; more than are listed where only numbers are shown
  std::uint32_t sessions;  // in all
};
struct Settled {
  CallId call;
  RoomId room;
  Outcome outcome;
  Fault fault;
  Position position{};  // of a publish
  std::uint64_t counter = 0;
  bool duplicate = false;
  Duration round_trip{};  // of a ping
  bool more = false;      // of a history page: it goes on
  bool lost = false;      // of a history page: what was asked for begins before what is kept
};
// Something went wrong that no call asked for.
struct Problem {
  RoomId room;
  Fault fault;
};
enum class TraceLevel : std::uint8_t { kOff, kInfo, kFrames };
struct Trace {
  TraceLevel level;
  std::string_view text;
};

using Effect = std::variant<OpenSocket, SendBytes, CloseSocket, SetTimer, NeedToken, StateChanged,
                            SessionBegan, RoomOpened, RoomStateChanged, RoomJoined, RoomLeft,
                            RoomGap, RoomReset, Delivered, RoomPresence, Settled, Problem, Trace>;

// The effects of one or more inputs, with the memory that they view. Publications also view the
// frame they came in: it must outlive them. Cleared and used again, it allocates nothing.
class EffectBatch {
 public:
  const Effect* begin() const { return effects_.begin(); }
  const Effect* end() const { return effects_.end(); }
  bool empty() const { return effects_.empty(); }
  std::size_t size() const { return effects_.size(); }
  void Clear() {
    effects_.Clear();
    arena_.Reset();
  }

 private:
  friend class Effects;
  PlainVector<Effect> effects_;
  Arena arena_{kClientArenaBytesMax};
};

// `message` as a frame of its own, at the end of `out`.
void AppendFrame(KeptText& out, const ClientMessage& message);

// The core's side: where effects are written. Messages for one socket are joined into as few sends
// as the hub's limit on a message allows, because encoded frames concatenate.
class Effects {
 public:
  void Emit(const Effect& effect);
  // Made where it stays: of these there are many.
  void Emit(const Delivered& delivered);
  // The socket's messages so far go out before it is closed.
  void EmitClose(const CloseSocket& close);
  // `text`, copied into the batch: valid for as long as the effects are.
  std::string_view Keep(std::string_view text);

  void Send(Generation generation, const ClientMessage& message);
  // A whole frame that was encoded before.
  void SendEncoded(Generation generation, std::string_view frame);
  // Makes effects of the messages so far; the end of an input.
  void Flush();

  // For a frame that the batch's publications will view.
  Arena& arena() { return batch_.arena_; }
  // Hands over all effects, in exchange for a batch whose memory is used from now on.
  void Take(EffectBatch& batch);

  std::uint64_t messages_out() const { return messages_out_; }
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  void MakeRoom(Generation generation, std::size_t bytes);

  EffectBatch batch_;
  KeptText outgoing_;
  Generation outgoing_generation_ = kNoGeneration;
  std::uint64_t messages_out_ = 0;
  std::uint64_t bytes_out_ = 0;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_EFFECTS_H_
