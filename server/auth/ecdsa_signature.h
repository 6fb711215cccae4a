#ifndef ROOMCAST_SERVER_AUTH_ECDSA_SIGNATURE_H_
#define ROOMCAST_SERVER_AUTH_ECDSA_SIGNATURE_H_

#include <optional>
#include <string>
#include <string_view>

namespace roomcast::auth {

// A signature of P-256 as tokens have it: two numbers of 32 bytes, one after the other (RFC 7518,
// section 3.4).
inline constexpr std::size_t kEs256SignatureBytes = 64;

// The same as OpenSSL has it, in DER (RFC 3279, section 2.2.3). nullopt: it is not of this length.
std::optional<std::string> DerFromPair(std::string_view pair);
// nullopt: it is not DER, or a number does not fit.
std::optional<std::string> PairFromDer(std::string_view der);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_ECDSA_SIGNATURE_H_
