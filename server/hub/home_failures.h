#ifndef ROOMCAST_SERVER_HUB_HOME_FAILURES_H_
#define ROOMCAST_SERVER_HUB_HOME_FAILURES_H_

#include "server/hub/failure.h"
#include "server/hub/home_room.h"

namespace roomcast::hub {

// Why a room's home refuses what it was asked for.

// Soon enough that a client which waits for it hardly notices.
inline constexpr Duration kHomeRetryAfter = std::chrono::milliseconds(100);

// Requests that may wait for a room's stream to be opened, and publishes for their answer.
inline bool MayWait(const HomeRoom& room) {
  constexpr std::size_t kWaitingMax = 1024;
  return !room.waiting || room.waiting->size() < kWaitingMax;
}
inline Failure TooManyWait() {
  return {ErrorCode::kOverloaded, "the room has too many requests waiting", kHomeRetryAfter};
}
inline Failure EngineFailed() {
  return {ErrorCode::kInternal, "the engine could not answer", kHomeRetryAfter};
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HOME_FAILURES_H_
