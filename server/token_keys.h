#ifndef ROOMCAST_SERVER_TOKEN_KEYS_H_
#define ROOMCAST_SERVER_TOKEN_KEYS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "roomcast/v1/config.pb.h"
#include "server/auth/token_verifier.h"

namespace roomcast {

// Every key that tokens may be verified with: the development secret, `auth.keys` and those of
// `auth.jwks_file`, whose files are read now. InvalidArgument or NotFound, with the setting's name,
// where a file cannot be read, is no key for its algorithm, or two keys have one `kid`.
absl::StatusOr<std::shared_ptr<const auth::TokenVerifier>> LoadTokenKeys(const v1::Config& config);

// The files that LoadTokenKeys() reads.
std::vector<std::string> TokenKeyFiles(const v1::Config& config);

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_TOKEN_KEYS_H_
