// The one check at the door, for every call but Health: how much metadata, who calls (by the
// certificate that was shown, else by the key), the role, the deadline.
#ifndef ROOMCAST_BRIDGE_ADMISSION_H_
#define ROOMCAST_BRIDGE_ADMISSION_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <memory>
#include <mutex>
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

// Thread-safe.
class Admission {
 public:
  Admission(KeyRing keys, std::size_t metadata_bytes_max)
      : keys_(std::make_shared<const KeyRing>(std::move(keys))),
        metadata_bytes_max_(metadata_bytes_max) {}

  // Holds from now on.
  void Use(KeyRing keys);

  // No role: every known key will do.
  [[nodiscard]] std::variant<Caller, TurnedAway> Admit(const grpc::ServerContextBase& context,
                                                       std::optional<Role> role) const;
  // Why one who was admitted, and goes on for long, may no more; nullopt: it may. Where its key has
  // changed and still has the role, the status is one to come back after.
  [[nodiscard]] std::optional<TurnedAway> WhyNoMore(const Caller& caller, Role role) const;

 private:
  [[nodiscard]] std::shared_ptr<const KeyRing> keys() const;
  [[nodiscard]] std::variant<Caller, Refusal> KnownBy(const grpc::ServerContextBase& context) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const KeyRing> keys_;  // under it
  const std::size_t metadata_bytes_max_;
};

// The call's deadline on the steady clock; kNoDeadline where it is a day ahead or more.
Deadline NotAfter(const grpc::ServerContextBase& context);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_ADMISSION_H_
