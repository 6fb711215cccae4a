#include "bridge/key_ring.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/protocol/room_name.h"

namespace roomcast::bridge {
namespace {

constexpr std::string_view kScheme = "bearer ";

absl::StatusOr<KeyRing::Digest> ParseDigest(const BridgeKey& key) {
  KeyRing::Digest digest{};
  if (key.sha256.size() != 2 * digest.size() ||
      !std::all_of(key.sha256.begin(), key.sha256.end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError(absl::StrCat("bridge key \"", key.name,
                                                   "\": sha256 must be 64 hexadecimal digits, as "
                                                   "from `printf %s KEY | sha256sum`"));
  }
  const std::string bytes = absl::HexStringToBytes(key.sha256);
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace

std::string_view Caller::name() const {
  return key_ == nullptr ? std::string_view() : std::string_view(key_->name);
}

bool Caller::MayAct(Role role) const {
  return key_ == nullptr || std::any_of(key_->roles.begin(), key_->roles.end(), [role](Role held) {
           return held == role || held == Role::kAdmin;
         });
}

bool Caller::MayTouchRoom(std::string_view room) const {
  if (key_ == nullptr || key_->namespaces.empty()) return true;
  if (CheckRoomName(room) != RoomNameFault::kNone) return false;
  const std::string_view of_room = NamespaceOf(room);
  return std::find(key_->namespaces.begin(), key_->namespaces.end(), of_room) !=
         key_->namespaces.end();
}

absl::StatusOr<KeyRing> KeyRing::Parse(std::vector<BridgeKey> keys) {
  KeyRing ring;
  for (const BridgeKey& key : keys) {
    const auto same_name = [&key](const BridgeKey& other) { return other.name == key.name; };
    if (key.name.empty() || std::count_if(keys.begin(), keys.end(), same_name) > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("bridge key \"", key.name, "\": every key needs a name of its own"));
    }
    absl::StatusOr<Digest> digest = ParseDigest(key);
    if (!digest.ok()) return digest.status();
    ring.digests_.push_back(*digest);
  }
  ring.keys_ = std::move(keys);
  return ring;
}

std::variant<Caller, Refusal> KeyRing::Admit(std::optional<std::string_view> authorization) const {
  if (keys_.empty()) return Caller();
  if (!authorization.has_value() || authorization->size() <= kScheme.size() ||
      !absl::EqualsIgnoreCase({authorization->data(), kScheme.size()},
                              {kScheme.data(), kScheme.size()})) {
    return Refusal::kNoKey;
  }
  const std::string_view key = authorization->substr(kScheme.size());
  Digest shown{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), shown.data());
  const BridgeKey* found = nullptr;
  for (std::size_t i = 0; i < digests_.size(); ++i) {
    if (CRYPTO_memcmp(shown.data(), digests_[i].data(), shown.size()) == 0) found = &keys_[i];
  }
  if (found == nullptr) return Refusal::kWrongKey;
  return Caller(*found);
}

}  // namespace roomcast::bridge
