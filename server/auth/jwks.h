#ifndef ROOMCAST_SERVER_AUTH_JWKS_H_
#define ROOMCAST_SERVER_AUTH_JWKS_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/auth/token_key.h"

namespace roomcast::auth {

// Reads a JSON Web Key Set (RFC 7517, section 5): the keys in it that verify signatures with one of
// TokenAlgorithm. Keys of other kinds, and those for encryption, are passed over, as section 5 asks
// for. The algorithm is `alg`, or where that is absent the one that this hub has for the kind of
// key. Pure; any thread.
//
// Otherwise why the text is no key set: it is not JSON, a key lacks what its kind needs or is too
// short, two have one `kid`, or there is none that could be used.
std::variant<std::vector<TokenKey>, std::string> ReadJwks(std::string_view text);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_JWKS_H_
