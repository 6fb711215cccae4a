#ifndef ROOMCAST_SERVER_AUTH_COMPACT_JWS_H_
#define ROOMCAST_SERVER_AUTH_COMPACT_JWS_H_

#include <optional>
#include <string>
#include <string_view>

namespace roomcast::auth {

// A signed text in compact form: header.payload.signature, each in base64url (RFC 7515, section
// 7.1). Pure; any thread.
struct CompactJws {
  // What the signature covers; a view of the text that was parsed.
  std::string_view signing_input;
  std::string header;
  std::string payload;
  std::string signature;
};

// Strict, so that one token has one spelling: exactly three parts, no padding, no character outside
// the alphabet, no bits that decoding would drop. The signature may be empty (`none` has that).
std::optional<CompactJws> ParseCompactJws(std::string_view token);

// base64url without padding.
std::string Base64Url(std::string_view bytes);
// nullopt: it has padding, another character, or bits that decoding would drop.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_COMPACT_JWS_H_
