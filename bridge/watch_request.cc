#include "bridge/watch_request.h"

#include <optional>
#include <string>
#include <utility>

#include "bridge/hub_status.h"
#include "bridge/request_fault.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {
namespace {

std::optional<HubError> FaultIn(const v1::WatchAdd& add, const Caller& caller) {
  if (add.presence() < v1::PRESENCE_INTEREST_NONE ||
      add.presence() > v1::PRESENCE_INTEREST_MEMBERS) {
    return BadRequest("add.presence is none of the schema's");
  }
  switch (add.what_case()) {
    case v1::WatchAdd::kRoom:
      return FaultInRoom("add.room", add.room(), caller);
    case v1::WatchAdd::kPrefix:
      if (add.since_case() != v1::WatchAdd::SINCE_NOT_SET) {
        return BadRequest("add.since is for a room; a prefix begins at now");
      }
      // The namespace is whole, so a key's namespaces say whether it may.
      return FaultInRoom("add.prefix", add.prefix(), caller);
    case v1::WatchAdd::WHAT_NOT_SET:
      break;
  }
  return BadRequest("add.what is missing: set room or prefix");
}

WatchCommand CommandOf(const v1::WatchAdd& add) {
  WatchCommand command;
  command.id = add.id();
  command.by_prefix = add.what_case() == v1::WatchAdd::kPrefix;
  command.name = command.by_prefix ? add.prefix() : add.room();
  if (add.since_case() == v1::WatchAdd::kPosition) {
    command.since = RoomPosition{add.position().epoch(), add.position().offset()};
  } else if (add.since_case() == v1::WatchAdd::kLastCount) {
    command.since.emplace<std::uint32_t>(add.last_count());
  } else if (add.since_case() == v1::WatchAdd::kLastMs) {
    command.since.emplace<std::uint64_t>(add.last_ms());
  }
  command.presence = static_cast<std::uint8_t>(add.presence());
  command.lifecycle = add.lifecycle();
  command.without_publications = add.without_publications();
  return command;
}

}  // namespace

WatchOrder OrderOf(const v1::WatchRequest& request, const Caller& caller) {
  WatchOrder order;
  for (const v1::WatchAdd& add : request.add()) {
    if (auto fault = FaultIn(add, caller)) {
      order.add.emplace_back(std::pair(add.id(), *std::move(fault)));
    } else {
      order.add.emplace_back(CommandOf(add));
    }
  }
  order.remove.assign(request.remove().begin(), request.remove().end());
  order.credit_bytes = request.credit_bytes();
  return order;
}

}  // namespace roomcast::bridge
