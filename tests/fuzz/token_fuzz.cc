// A stranger's token. Whatever it is, it gets one verdict, the same each time; what is believed was
// signed with the key, names a user that a token may name, and is still good.
//
// Input: byte 0 chooses what the rest is: a token's text, a payload or a header. The latter two are
// signed here, so that what lies behind the signature is reached.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"
#include "server/auth/compact_jws.h"
#include "server/auth/token_verifier.h"

namespace roomcast::auth {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Signed(std::string_view header, std::string_view payload) {
  std::string token = Base64Url(header) + "." + Base64Url(payload);
  return token + "." + Base64Url(TokenKey::Hs256("", kSecret)->Sign(token));
}

std::string TokenOf(std::uint8_t kind, std::string_view text) {
  switch (kind % 3) {
    case 1:
      return Signed(R"({"alg":"HS256"})", text);
    case 2:
      return Signed(text, R"({"sub":"alice","exp":1700000060})");
    default:
      return std::string(text);
  }
}

void CheckBelieved(const TokenVerifier& verifier, std::string token, const TokenClaims& claims) {
  Check(token.size() <= kTokenBytesMax);
  Check(!claims.user.empty() && claims.user.size() <= kUserBytesMax && IsUtf8(claims.user));
  Check(claims.user.find('\0') == std::string::npos);
  Check(claims.expires_at > kNow - std::chrono::seconds(60));
  Check(claims.info.size() <= kInfoBytesMax && claims.rooms.size() <= kGrantsMax);
  // One character of the payload less, under the same signature.
  token.erase(token.find('.') + 1, 1);
  Check(std::holds_alternative<TokenRefusal>(verifier.Verify(token, kNow)));
}

}  // namespace
}  // namespace roomcast::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roomcast::auth;  // NOLINT(google-build-using-namespace)
  if (size < 1) return 0;
  static const TokenVerifier verifier = DevelopmentVerifier(kSecret, {});
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string token = TokenOf(data[0], text);
  const TokenVerdict verdict = verifier.Verify(token, kNow);
  const TokenVerdict again = verifier.Verify(token, kNow);
  Check(verdict.index() == again.index());
  if (const auto* refusal = std::get_if<TokenRefusal>(&verdict)) {
    Check(*refusal == std::get<TokenRefusal>(again));
    Check(!Label(*refusal).empty() && !Describe(*refusal).empty());
  } else {
    CheckBelieved(verifier, token, std::get<TokenClaims>(verdict));
  }
  return 0;
}
