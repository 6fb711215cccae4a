#include "bridge/key_ring.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <set>
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

KnownCaller::KnownCaller(BridgeKey given) : key(std::move(given)) {
  if (key.publishes_per_second == 0) return;
  const std::uint32_t burst = key.publish_burst == 0 ? key.publishes_per_second : key.publish_burst;
  rate = std::make_shared<RateLimit>(key.publishes_per_second, burst);
}

std::chrono::milliseconds Caller::TakeFromRate(std::uint32_t publications) const {
  if (known_ == nullptr || known_->rate == nullptr) return std::chrono::milliseconds(0);
  return known_->rate->Take(publications, RateLimit::Clock::now());
}

std::string_view Caller::name() const {
  return known_ == nullptr ? std::string_view() : std::string_view(known_->key.name);
}

bool Caller::MayAct(Role role) const {
  if (known_ == nullptr) return true;
  const std::vector<Role>& roles = known_->key.roles;
  return std::any_of(roles.begin(), roles.end(),
                     [role](Role held) { return held == role || held == Role::kAdmin; });
}

bool Caller::MayTouchRoom(std::string_view room) const {
  if (!is_limited()) return true;
  if (CheckRoomName(room) != RoomNameFault::kNone) return false;
  const std::vector<std::string>& namespaces = known_->key.namespaces;
  return std::find(namespaces.begin(), namespaces.end(), NamespaceOf(room)) != namespaces.end();
}

absl::StatusOr<KeyRing> KeyRing::Parse(std::vector<BridgeKey> keys,
                                       std::vector<BridgeCertificate> certificates) {
  KeyRing ring;
  std::set<std::string> names;
  for (BridgeCertificate& certificate : certificates) {
    if (certificate.subject.empty() || certificate.rights.name.empty() ||
        !names.insert(certificate.rights.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("bridge certificate \"", certificate.rights.name,
                       "\": every certificate needs a subject, and a name of its own"));
    }
    ring.certified_.emplace_back(
        certificate.subject, std::make_shared<const KnownCaller>(std::move(certificate.rights)));
  }
  for (const BridgeKey& key : keys) {
    if (key.name.empty() || !names.insert(key.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("bridge key \"", key.name, "\": every key needs a name of its own"));
    }
    absl::StatusOr<Digest> digest = ParseDigest(key);
    if (!digest.ok()) return digest.status();
    ring.digests_.push_back(*digest);
  }
  for (BridgeKey& key : keys) {
    ring.keys_.push_back(std::make_shared<const KnownCaller>(std::move(key)));
  }
  return ring;
}

void KeyRing::TakeOverFrom(const KeyRing& before) {
  for (SharedCaller& known : keys_) {
    for (const SharedCaller& old : before.keys_) {
      if (old->key == known->key) known = old;
    }
  }
  for (auto& [subject, known] : certified_) {
    for (const auto& [old_subject, old] : before.certified_) {
      if (old_subject == subject && old->key == known->key) known = old;
    }
  }
}

KeyRing::Standing KeyRing::StandingOf(const Caller& caller, Role role) const {
  const SharedCaller& known = caller.known();
  if (known == nullptr) return is_open() ? Standing::kSame : Standing::kGone;
  Standing standing = Standing::kGone;
  const auto look_at = [&](const SharedCaller& one) {
    // A key has a digest, and a certificate has none.
    if (one->key.name != known->key.name || one->key.sha256 != known->key.sha256) return;
    standing = one == known               ? Standing::kSame
               : Caller(one).MayAct(role) ? Standing::kChanged
                                          : Standing::kMayNot;
  };
  for (const SharedCaller& one : keys_) look_at(one);
  for (const auto& [subject, one] : certified_) look_at(one);
  return standing;
}

std::optional<Caller> KeyRing::AdmitCertified(const std::vector<std::string_view>& subjects) const {
  for (const auto& [subject, known] : certified_) {
    if (std::find(subjects.begin(), subjects.end(), subject) != subjects.end()) {
      return Caller(known);
    }
  }
  return std::nullopt;
}

std::variant<Caller, Refusal> KeyRing::Admit(std::optional<std::string_view> authorization) const {
  if (is_open()) return Caller();
  if (!authorization.has_value() || authorization->size() <= kScheme.size() ||
      !absl::EqualsIgnoreCase({authorization->data(), kScheme.size()},
                              {kScheme.data(), kScheme.size()})) {
    return Refusal::kNoKey;
  }
  const std::string_view key = authorization->substr(kScheme.size());
  Digest shown{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), shown.data());
  const SharedCaller* found = nullptr;
  for (std::size_t i = 0; i < digests_.size(); ++i) {
    if (CRYPTO_memcmp(shown.data(), digests_[i].data(), shown.size()) == 0) found = &keys_[i];
  }
  if (found == nullptr) return Refusal::kWrongKey;
  return Caller(*found);
}

}  // namespace roomcast::bridge
