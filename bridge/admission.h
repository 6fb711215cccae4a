// The one check at the door, for every call but Health: how much metadata, who calls (by the
// certificate that was shown, else by the key), the role, the deadline.
#ifndef ROOMCAST_BRIDGE_ADMISSION_H_
#define ROOMCAST_BRIDGE_ADMISSION_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "bridge/bridge_config.h"
#include "bridge/bridge_observer.h"
#include "bridge/key_ring.h"
#include "bridge/room_gateway.h"

namespace roomcast::bridge {

struct TurnedAway {
  Refusal refusal;
  grpc::Status status;
};

// Immutable; any thread may ask.
class Admission {
 public:
  Admission(KeyRing keys, std::size_t metadata_bytes_max)
      : keys_(std::move(keys)), metadata_bytes_max_(metadata_bytes_max) {}

  // No role: every known key will do.
  [[nodiscard]] std::variant<Caller, TurnedAway> Admit(const grpc::ServerContextBase& context,
                                                       std::optional<Role> role) const;

 private:
  [[nodiscard]] std::variant<Caller, Refusal> KnownBy(const grpc::ServerContextBase& context) const;

  const KeyRing keys_;
  const std::size_t metadata_bytes_max_;
};

// The call's deadline on the steady clock; kNoDeadline where it is a day ahead or more.
Deadline NotAfter(const grpc::ServerContextBase& context);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_ADMISSION_H_
