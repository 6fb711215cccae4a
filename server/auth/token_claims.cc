#include "server/auth/token_claims.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "proto/protocol/limits.h"

namespace roomcast::auth {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

const Json* Find(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// A NumericDate (RFC 7519, section 2): seconds, perhaps with a fraction. What lies beyond the years
// that a clock can show is as good as never.
std::optional<WallTime> DateOf(const Json& value) {
  constexpr double kLatest = 253'402'300'799;  // the end of the year 9999
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!std::isfinite(number)) return std::nullopt;
  const double held = std::clamp(number, 0.0, kLatest);
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(held * 1000)));
}

// C0, DEL and C1, in text that is UTF-8.
bool HasControlCharacter(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

std::optional<TokenRefusal> CheckAudience(const Json& payload, const std::string& audience) {
  const Json* aud = Find(payload, "aud");
  bool found = false;
  if (aud != nullptr && aud->is_string()) {
    found = aud->get_ref<const std::string&>() == audience;
  } else if (aud != nullptr && aud->is_array()) {
    for (const Json& one : *aud) {
      if (!one.is_string()) return TokenRefusal::kBadClaim;
      found = found || one.get_ref<const std::string&>() == audience;
    }
  } else if (aud != nullptr) {
    return TokenRefusal::kBadClaim;
  }
  if (!audience.empty() && !found) return TokenRefusal::kWrongAudience;
  return std::nullopt;
}

std::optional<TokenRefusal> CheckIssuer(const Json& payload, const std::string& issuer) {
  const Json* iss = Find(payload, "iss");
  if (iss != nullptr && !iss->is_string()) return TokenRefusal::kBadClaim;
  if (issuer.empty()) return std::nullopt;
  if (iss == nullptr || iss->get_ref<const std::string&>() != issuer) {
    return TokenRefusal::kWrongIssuer;
  }
  return std::nullopt;
}

std::optional<TokenRefusal> ReadTimes(const Json& payload, const TokenRules& rules, WallTime now,
                                      TokenClaims& claims) {
  const Json* exp = Find(payload, "exp");
  const auto expires_at = exp == nullptr ? std::nullopt : DateOf(*exp);
  if (!expires_at) return TokenRefusal::kNoExpiry;
  if (now >= *expires_at + rules.clock_skew) return TokenRefusal::kExpired;
  claims.expires_at = *expires_at;
  if (const Json* nbf = Find(payload, "nbf")) {
    const auto begins_at = DateOf(*nbf);
    if (!begins_at) return TokenRefusal::kBadClaim;
    if (now < *begins_at - rules.clock_skew) return TokenRefusal::kNotYetValid;
  }
  if (const Json* iat = Find(payload, "iat")) {
    claims.issued_at = DateOf(*iat);
    if (!claims.issued_at) return TokenRefusal::kBadClaim;
  }
  return std::nullopt;
}

bool ReadUser(const Json& payload, TokenClaims& claims) {
  const Json* sub = Find(payload, "sub");
  if (sub == nullptr || !sub->is_string()) return false;
  claims.user = sub->get<std::string>();
  return !claims.user.empty() && claims.user.size() <= kUserBytesMax &&
         !HasControlCharacter(claims.user);
}

bool AddRight(std::string_view name, Rights& rights) {
  for (const auto& [known_name, right] : kRightNames) {
    if (known_name != name) continue;
    rights.*right = true;
    return true;
  }
  return false;
}

std::optional<RoomGrant> ReadGrant(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  const Json* room = Find(entry, "room");
  const Json* rights = Find(entry, "rights");
  if (room == nullptr || !room->is_string() || rights == nullptr || !rights->is_array()) {
    return std::nullopt;
  }
  RoomGrant grant;
  grant.room = room->get<std::string>();
  if (grant.room.empty() || grant.room.size() > kRoomNameBytesMax) return std::nullopt;
  for (const Json& right : *rights) {
    if (!right.is_string()) return std::nullopt;
    if (!AddRight(right.get_ref<const std::string&>(), grant.rights)) return std::nullopt;
  }
  return grant;
}

bool ReadRoomcast(const Json& payload, TokenClaims& claims) {
  const Json* own = Find(payload, "roomcast");
  if (own == nullptr) return true;
  if (!own->is_object()) return false;
  if (const Json* info = Find(*own, "info")) {
    claims.info = info->dump();
    if (claims.info.size() > kInfoBytesMax) return false;
  }
  const Json* rooms = Find(*own, "rooms");
  if (rooms == nullptr) return true;
  if (!rooms->is_array() || rooms->size() > kGrantsMax) return false;
  for (const Json& entry : *rooms) {
    auto grant = ReadGrant(entry);
    if (!grant) return false;
    claims.rooms.push_back(*std::move(grant));
  }
  return true;
}

}  // namespace

std::variant<TokenClaims, TokenRefusal> ReadClaims(const Json& payload, const TokenRules& rules,
                                                   WallTime now) {
  TokenClaims claims;
  if (const auto refusal = ReadTimes(payload, rules, now, claims)) return *refusal;
  if (const auto refusal = CheckIssuer(payload, rules.issuer)) return *refusal;
  if (const auto refusal = CheckAudience(payload, rules.audience)) return *refusal;
  if (!ReadUser(payload, claims)) return TokenRefusal::kBadUser;
  if (!ReadRoomcast(payload, claims)) return TokenRefusal::kBadClaim;
  return claims;
}

}  // namespace roomcast::auth
