// Who may call, and what. Holds the SHA-256 of each key, never a key. After Parse nothing changes
// but how much of each one's rate is used, so any thread may ask. Other keys are another ring,
// which takes over who stays as it was.
#ifndef ROOMCAST_BRIDGE_KEY_RING_H_
#define ROOMCAST_BRIDGE_KEY_RING_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/bridge_config.h"
#include "bridge/bridge_observer.h"
#include "bridge/rate_limit.h"

namespace roomcast::bridge {

// One who may be let in.
struct KnownCaller {
  explicit KnownCaller(BridgeKey given);
  BridgeKey key;
  std::shared_ptr<RateLimit> rate;  // none: no limit
};

using SharedCaller = std::shared_ptr<const KnownCaller>;

// One who was let in, with the rights of that moment.
class Caller {
 public:
  // May do everything.
  Caller() = default;
  explicit Caller(SharedCaller known) : known_(std::move(known)) {}

  // Empty where the bridge is open.
  [[nodiscard]] std::string_view name() const;
  // Admin includes every role.
  [[nodiscard]] bool MayAct(Role role) const;
  [[nodiscard]] bool MayTouchRoom(std::string_view room) const;
  [[nodiscard]] std::size_t publication_bytes_max() const {
    return known_ == nullptr ? kPublicationDataBytesMax : known_->key.publication_bytes_max;
  }
  // Takes so many publications from the caller's rate, or none: then how long to wait.
  [[nodiscard]] std::chrono::milliseconds TakeFromRate(std::uint32_t publications) const;
  // To some namespaces.
  [[nodiscard]] bool is_limited() const {
    return known_ != nullptr && !known_->key.namespaces.empty();
  }
  [[nodiscard]] std::vector<std::string> namespaces() const {
    return known_ == nullptr ? std::vector<std::string>() : known_->key.namespaces;
  }
  // Null: the bridge was open.
  [[nodiscard]] const SharedCaller& known() const { return known_; }

 private:
  SharedCaller known_;
};

class KeyRing {
 public:
  using Digest = std::array<unsigned char, 32>;

  // Neither keys nor certificates: everybody is let in. InvalidArgument: a digest is not 64
  // hexadecimal digits, a subject is missing, or a name is missing or used twice.
  static absl::StatusOr<KeyRing> Parse(std::vector<BridgeKey> keys,
                                       std::vector<BridgeCertificate> certificates = {});

  // Who is in `before` with the very same rights goes on as that: with what is used of its rate.
  void TakeOverFrom(const KeyRing& before);
  // What has become of one who was let in by an earlier ring. A key that was changed in any way is
  // not the same: who came with it comes again, and is judged anew.
  enum class Standing { kSame, kChanged, kMayNot, kGone };
  [[nodiscard]] Standing StandingOf(const Caller& caller, Role role) const;

  [[nodiscard]] bool is_open() const { return keys_.empty() && certified_.empty(); }
  [[nodiscard]] bool has_certificates() const { return !certified_.empty(); }
  // By the names in a certificate that was verified. nullopt: none of them is known.
  [[nodiscard]] std::optional<Caller> AdmitCertified(
      const std::vector<std::string_view>& subjects) const;

  // `authorization` is the value of the call's metadata of that name; nullopt: there was none.
  // Refusals are kNoKey and kWrongKey. The time it takes says nothing about the keys.
  [[nodiscard]] std::variant<Caller, Refusal> Admit(
      std::optional<std::string_view> authorization) const;

 private:
  std::vector<SharedCaller> keys_;
  std::vector<Digest> digests_;
  std::vector<std::pair<std::string, SharedCaller>> certified_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_KEY_RING_H_
