#ifndef ROOMCAST_CLIENT_WASM_CORE_REQUESTS_H_
#define ROOMCAST_CLIENT_WASM_CORE_REQUESTS_H_

#include <optional>

#include "client-wasm/core/ids.h"
#include "client-wasm/core/plain_vector.h"
#include "proto/protocol/limits.h"

namespace roomcast::client {

// A call of the application that is under way, publishes aside (they have bytes and an order).
struct Request {
  enum class Kind : std::uint8_t { kConnect, kJoin, kLeave, kPing };
  CallId call;
  Kind kind;
  RoomId room;
  Now begun;
  // When its command went out on the present connection.
  std::optional<Now> sent = std::nullopt;
};

// Which calls are under way. A request is taken out exactly when it settles, so none settles twice.
class Requests {
 public:
  // Beyond this the application is not waiting for answers, it is in a loop.
  static constexpr std::size_t kRequestsMax = 4096;

  // False: too many, and it was not taken.
  [[nodiscard]] bool Add(const Request& request);
  // nullptr: there is no such call. Valid until the next change.
  const Request* Find(CallId call) const;
  std::optional<Request> Take(CallId call);
  // The first one, in the order of their beginning; kNoRoom: of whichever room. Sent: that went
  // out.
  std::optional<Request> TakeFirst(Request::Kind kind, RoomId room, bool sent = false);
  std::optional<Request> TakeFirst();

  // The Join of this room went out: the joins that wait for it are sent.
  void MarkSent(Request::Kind kind, RoomId room, const Now& now);
  // The connection is gone: nothing is sent any more.
  void MarkUnsent();

  // The next one that has waited too long: kCallTimeout from its sending, or kQueueAge unsent.
  std::optional<Request> TakeExpired(const Now& now);
  Instant NextDeadline() const;

  bool empty() const { return requests_.empty(); }

 private:
  Request TakeAt(std::size_t index);

  PlainVector<Request> requests_;  // by rising id
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_REQUESTS_H_
