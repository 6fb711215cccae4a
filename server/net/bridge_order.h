#ifndef ROOMCAST_SERVER_NET_BRIDGE_ORDER_H_
#define ROOMCAST_SERVER_NET_BRIDGE_ORDER_H_

#include <utility>
#include <variant>

#include "bridge/room_gateway.h"
#include "server/hub/mail.h"

namespace roomcast::net {

// What a backend orders of users, sessions and rooms, on its way to the shard that sees to it,
// together with who waits for the answer.
struct BridgeOrder {
  std::variant<hub::JoinUser, hub::LeaveUser, hub::EndUser, hub::EndOneSession, hub::EndRoom,
               hub::TrimHistory>
      order;
  bridge::Deadline not_after = bridge::kNoDeadline;
  // The second for a trim.
  std::variant<bridge::Done<bridge::SessionCount>, bridge::Done<bridge::TrimOutcome>> done;

  // The order as the hub takes it, answered to `call`.
  static hub::Mail MailOf(BridgeOrder order, hub::BridgeCall call) {
    return std::visit(
        [call](auto& one) -> hub::Mail {
          one.call = call;
          if constexpr (requires { hub::UserMail(std::move(one)); }) {
            return hub::UserMail(std::move(one));
          } else {
            return std::move(one);
          }
        },
        order.order);
  }
  // Nobody sees to it.
  void Refuse(const bridge::HubError& error) {
    std::visit([&error](auto& done_) { std::move(done_)(error); }, done);
  }
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_BRIDGE_ORDER_H_
