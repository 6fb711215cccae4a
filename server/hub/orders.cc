#include "server/hub/orders.h"

#include <string>
#include <utility>

#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

namespace roomcast::hub {
namespace {

Failure CodeIsNone(std::uint32_t code, const char* range) {
  return {ErrorCode::kBadRequest, "the code is " + std::to_string(code) + ", not of " + range};
}

// A backend may give codes of its own; they are counted as the hub's.
LeftCode AsCounted(LeftCode code) {
  for (const CodeRow& row : LeftRows()) {
    if (row.code == static_cast<std::uint32_t>(code)) return code;
  }
  return LeftCode::kRemoved;
}

}  // namespace

std::optional<Failure> Orders::FaultOf(const LastWords& words) {
  const auto code = static_cast<std::uint32_t>(words.code);
  if (code >= 3000 && code <= 4999) return std::nullopt;
  return CodeIsNone(code, "3000 to 4999");
}

std::optional<Failure> Orders::FaultOf(LeftCode left) {
  const auto code = static_cast<std::uint32_t>(left);
  if (code >= 2000 && code <= 2999) return std::nullopt;
  return CodeIsNone(code, "2000 to 2999");
}

void Orders::OnEnd(const OrderEnd& order) {
  Session* session = sessions_.Find(order.session);
  const bool there = session != nullptr && session->state != Session::State::kEnded;
  if (there) speaker_.Disconnect(*session, order.words);
  tallies_.Report(order.tally, there ? 1 : 0);
}

void Orders::OnEndRoom(const OrderEndRoom& order) {
  std::uint32_t count = 0;
  for (const SessionRef& ref : rooms_.MembersOf(order.room)) {
    Session* session = sessions_.Find(ref);
    if (session == nullptr || session->state == Session::State::kEnded) continue;
    if (session->watching) continue;  // it is not in the room
    speaker_.Disconnect(*session, order.words);
    ++count;
  }
  tallies_.Report(order.tally, count);
}

void Orders::OnJoin(const OrderJoin& order, Now now) {
  Session* session = sessions_.Find(order.session);
  if (session == nullptr || session->state == Session::State::kEnded) {
    return tallies_.Report(order.tally, 0);
  }
  // Admitted, and not yet greeting: its answer is on its way here, and has no room of this order.
  if (session->arrival) {
    session->arrival->rooms.push_back(order.room);
    return tallies_.Report(order.tally, 1);
  }
  if (rooms_.Find(*session, order.room.name) || Joiner::IsUnderWay(*session, order.room.name)) {
    return tallies_.Report(order.tally, 1);
  }
  if (!joiner_.AskByOrder(*session, order.room, order.tally, now)) {
    tallies_.Report(order.tally, 0);
  }
}

bool Orders::PutOff(Session& session, OrderLeave& order) {
  if (session.state == Session::State::kEnded) return false;
  if (session.greeting) {
    session.greeting->leaves.push_back(std::move(order));
    return true;
  }
  for (PendingJoin& join : session.joins) {
    if (join.room != order.room) continue;
    join.leaves.push_back(std::move(order));
    return true;
  }
  return false;
}

void Orders::OnLeave(OrderLeave& order) {
  Session* session = sessions_.Find(order.session);
  if (session != nullptr && PutOff(*session, order)) return;
  if (session != nullptr && session->arrival) {
    // It was ordered in, and has not come so far.
    const auto count = std::erase_if(session->arrival->rooms,
                                     [&](const KeptRoom& room) { return room.name == order.room; });
    return tallies_.Report(order.tally, count > 0 ? 1 : 0);
  }
  const auto standing = session == nullptr ? std::nullopt : rooms_.Find(*session, order.room);
  if (!standing) return tallies_.Report(order.tally, 0);
  const auto code = static_cast<std::uint32_t>(order.code);
  rooms_.Remove(*session, order.room);
  speaker_.Push(*session, Left{static_cast<std::uint64_t>(standing->handle), code,
                               TruncateUtf8(order.reason, kReasonBytesMax),
                               /*rejoin=*/code >= 2500});
  events_.OnLeft(AsCounted(order.code));
  tallies_.Report(order.tally, 1);
}

void Orders::LetGo(const Session& session) {
  for (const PendingJoin& join : session.joins) {
    if (join.order) tallies_.Report(*join.order, 0);
    for (const OrderLeave& leave : join.leaves) tallies_.Report(leave.tally, 0);
  }
  if (!session.greeting) return;
  for (const OrderLeave& leave : session.greeting->leaves) tallies_.Report(leave.tally, 0);
}

}  // namespace roomcast::hub
