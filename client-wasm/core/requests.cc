#include "client-wasm/core/requests.h"

#include <algorithm>

namespace roomcast::client {
namespace {

Duration LimitOf(const Request& request) { return request.sent ? kCallTimeout : kQueueAge; }
const Now& StartOf(const Request& request) { return request.sent ? *request.sent : request.begun; }

}  // namespace

bool Requests::Add(const Request& request) {
  if (requests_.size() >= kRequestsMax) return false;
  requests_.push_back(request);
  return true;
}

Request Requests::TakeAt(std::size_t index) {
  const Request taken = requests_[index];
  requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(index));
  return taken;
}

std::optional<Request> Requests::Take(CallId call) {
  return TakeFirst([call](const Request& request) { return request.call == call; });
}

void Requests::MarkSent(Request::Kind kind, RoomId room, const Now& now) {
  for (Request& request : requests_) {
    if (request.kind == kind && request.room == room) request.sent = now;
  }
}

void Requests::MarkUnsent() {
  for (Request& request : requests_) request.sent.reset();
}

std::optional<Request> Requests::TakeExpired(const Now& now) {
  return TakeFirst([&now](const Request& request) {
    return Elapsed(StartOf(request), now) >= LimitOf(request);
  });
}

Instant Requests::NextDeadline() const {
  Instant next = kNever;
  for (const Request& request : requests_) {
    next = std::min(next, StartOf(request).instant + LimitOf(request));
  }
  return next;
}

}  // namespace roomcast::client
