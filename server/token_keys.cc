#include "server/token_keys.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/auth/jwks.h"
#include "server/auth/token_key.h"
#include "server/config_conversion.h"

namespace roomcast {
namespace {

// No key file is longer.
constexpr std::size_t kKeyFileBytesMax = 1024 * 1024;
// The least length of an HS256 secret: that of its hash (RFC 7518, section 3.2).
constexpr std::size_t kSecretBytesMin = 32;

absl::StatusOr<std::string> ReadKeyFile(const std::string& setting, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(setting, ": cannot read ", path));
  std::string text(kKeyFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() <= kKeyFileBytesMax) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(setting, ": ", path, " has more than ", kKeyFileBytesMax, " bytes"));
}

// An editor ends a secret's line; the line's end is not of the secret.
std::string_view WithoutLineEnd(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

auth::TokenAlgorithm AlgorithmFrom(v1::Config::Algorithm algorithm) {
  switch (algorithm) {
    case v1::Config::ALGORITHM_RS256:
      return auth::TokenAlgorithm::kRs256;
    case v1::Config::ALGORITHM_ES256:
      return auth::TokenAlgorithm::kEs256;
    case v1::Config::ALGORITHM_EDDSA:
      return auth::TokenAlgorithm::kEdDsa;
    default:
      return auth::TokenAlgorithm::kHs256;
  }
}

absl::StatusOr<auth::TokenKey> LoadKey(const v1::Config::TokenKey& from) {
  const std::string setting = absl::StrCat("auth.keys.", from.name(), ".file");
  const auto text = ReadKeyFile(setting, from.file());
  if (!text.ok()) return text.status();
  const auth::TokenAlgorithm algorithm = AlgorithmFrom(from.algorithm());
  std::optional<auth::TokenKey> key;
  if (algorithm == auth::TokenAlgorithm::kHs256) {
    const std::string_view secret = WithoutLineEnd(*text);
    if (secret.size() < kSecretBytesMin) {
      return absl::InvalidArgumentError(absl::StrCat(setting, ": the secret has ", secret.size(),
                                                     " bytes, the least is ", kSecretBytesMin));
    }
    key = auth::TokenKey::Hs256(from.name(), secret);
  } else {
    key = auth::TokenKey::FromPem(from.name(), algorithm, *text);
  }
  if (key) return *std::move(key);
  return absl::InvalidArgumentError(absl::StrCat(setting, ": ", from.file(),
                                                 " is not a public key in PEM for ",
                                                 std::string(auth::NameOf(algorithm))));
}

absl::Status AddJwks(const std::string& path, std::vector<auth::TokenKey>& keys) {
  const auto text = ReadKeyFile("auth.jwks_file", path);
  if (!text.ok()) return text.status();
  auto read = auth::ReadJwks(*text);
  if (const auto* why = std::get_if<std::string>(&read)) {
    return absl::InvalidArgumentError(absl::StrCat("auth.jwks_file: ", path, ": ", *why));
  }
  for (auth::TokenKey& key : std::get<std::vector<auth::TokenKey>>(read)) {
    keys.push_back(std::move(key));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const auth::TokenVerifier>> LoadTokenKeys(const v1::Config& config) {
  std::vector<auth::TokenKey> keys;
  const auto& from = config.auth();
  if (auto key = auth::TokenKey::Hs256("", from.development_secret())) {
    keys.push_back(*std::move(key));
  }
  for (const auto& one : from.keys()) {
    auto key = LoadKey(one);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  if (!from.jwks_file().empty()) {
    if (const absl::Status status = AddJwks(from.jwks_file(), keys); !status.ok()) return status;
  }
  std::set<std::string> ids;
  for (const auth::TokenKey& key : keys) {
    if (ids.insert(key.key_id()).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("auth: two keys have the kid `", key.key_id(), "`"));
  }
  return std::make_shared<const auth::TokenVerifier>(std::move(keys), TokenRulesFrom(config));
}

std::vector<std::string> TokenKeyFiles(const v1::Config& config) {
  std::vector<std::string> files = {config.auth().jwks_file()};
  for (const auto& key : config.auth().keys()) files.push_back(key.file());
  return files;
}

}  // namespace roomcast
