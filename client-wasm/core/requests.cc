#include "client-wasm/core/requests.h"

#include <algorithm>

namespace roomcast::client {
namespace {

Duration LimitOf(const Request& request) { return request.sent ? kCallTimeout : kQueueAge; }
const Now& StartOf(const Request& request) { return request.sent ? *request.sent : request.begun; }

}  // namespace

bool Requests::Add(const Request& request) {
  if (requests_.size() >= kRequestsMax) return false;
  requests_.Add(request);
  return true;
}

Request Requests::TakeAt(std::size_t index) {
  const Request taken = requests_[index];
  requests_.RemoveAt(index);
  return taken;
}

const Request* Requests::Find(CallId call) const {
  for (const Request& request : requests_) {
    if (request.call == call) return &request;
  }
  return nullptr;
}

std::optional<Request> Requests::Take(CallId call) {
  const Request* found = Find(call);
  if (found == nullptr) return std::nullopt;
  return TakeAt(static_cast<std::size_t>(found - requests_.begin()));
}

std::optional<Request> Requests::TakeFirst(Request::Kind kind, RoomId room, bool sent) {
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const Request& request = requests_[i];
    if (sent && !request.sent) continue;
    if (request.kind == kind && (room == kNoRoom || request.room == room)) return TakeAt(i);
  }
  return std::nullopt;
}

std::optional<Request> Requests::TakeFirst() {
  if (requests_.empty()) return std::nullopt;
  return TakeAt(0);
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
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (Elapsed(StartOf(requests_[i]), now) >= LimitOf(requests_[i])) return TakeAt(i);
  }
  return std::nullopt;
}

Instant Requests::NextDeadline() const {
  Instant next = kNever;
  for (const Request& request : requests_) {
    next = std::min(next, StartOf(request).instant + LimitOf(request));
  }
  return next;
}

}  // namespace roomcast::client
