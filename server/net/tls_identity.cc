#include "server/net/tls_identity.h"

#include <fstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace roomcast::net {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

absl::StatusOr<std::string> ReadFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", name));
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return absl::NotFoundError(absl::StrCat("cannot read ", name));
  if (text.size() > kFileBytesMax) {
    return absl::NotFoundError(
        absl::StrCat(name, " has more than ", kFileBytesMax, " bytes, the most for PEM"));
  }
  return text;
}

}  // namespace

absl::StatusOr<TlsIdentity> ReadTlsIdentity(const TlsFiles& files) {
  auto chain = ReadFile(files.certificate);
  if (!chain.ok()) return chain.status();
  auto key = ReadFile(files.key);
  if (!key.ok()) return key.status();
  TlsIdentity identity{*std::move(chain), *std::move(key), {}};
  if (!files.client_ca.empty()) {
    auto client_ca = ReadFile(files.client_ca);
    if (!client_ca.ok()) return client_ca.status();
    identity.client_ca = *std::move(client_ca);
  }
  return identity;
}

}  // namespace roomcast::net
