// Who may call, and what. Holds the SHA-256 of each key, never a key. Immutable after Parse, so any
// thread may ask.
#ifndef ROOMCAST_BRIDGE_KEY_RING_H_
#define ROOMCAST_BRIDGE_KEY_RING_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/bridge_config.h"
#include "bridge/bridge_observer.h"

namespace roomcast::bridge {

// One who was let in. Valid as long as its KeyRing.
class Caller {
 public:
  // May do everything.
  Caller() = default;
  explicit Caller(const BridgeKey& key) : key_(&key) {}

  // Empty where the bridge is open.
  [[nodiscard]] std::string_view name() const;
  // Admin includes every role.
  [[nodiscard]] bool MayAct(Role role) const;
  [[nodiscard]] bool MayTouchRoom(std::string_view room) const;
  // To some namespaces.
  [[nodiscard]] bool is_limited() const { return key_ != nullptr && !key_->namespaces.empty(); }

 private:
  const BridgeKey* key_ = nullptr;
};

class KeyRing {
 public:
  using Digest = std::array<unsigned char, 32>;

  // No keys: everybody is let in. InvalidArgument: a digest is not 64 hexadecimal digits, or a name
  // is missing or used twice.
  static absl::StatusOr<KeyRing> Parse(std::vector<BridgeKey> keys);

  // `authorization` is the value of the call's metadata of that name; nullopt: there was none.
  // Refusals are kNoKey and kWrongKey. The time it takes says nothing about the keys.
  [[nodiscard]] std::variant<Caller, Refusal> Admit(
      std::optional<std::string_view> authorization) const;

 private:
  std::vector<BridgeKey> keys_;
  std::vector<Digest> digests_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_KEY_RING_H_
