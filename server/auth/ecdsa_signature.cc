#include "server/auth/ecdsa_signature.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <memory>

namespace roomcast::auth {
namespace {

constexpr int kNumberBytes = kEs256SignatureBytes / 2;

struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using Signature = std::unique_ptr<ECDSA_SIG, FreeSignature>;

BIGNUM* NumberOf(std::string_view bytes) {
  return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size()), nullptr);
}

}  // namespace

std::optional<std::string> DerFromPair(std::string_view pair) {
  if (pair.size() != kEs256SignatureBytes) return std::nullopt;
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* const r = NumberOf(pair.substr(0, kNumberBytes));
  BIGNUM* const s = NumberOf(pair.substr(kNumberBytes));
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return std::nullopt;
  }
  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (length <= 0) return std::nullopt;
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

std::optional<std::string> PairFromDer(std::string_view der) {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const Signature signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  if (signature == nullptr) return std::nullopt;
  std::string pair(kEs256SignatureBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(pair.data());
  const bool fits =
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kNumberBytes) == kNumberBytes &&
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kNumberBytes, kNumberBytes) ==
          kNumberBytes;
  if (!fits) return std::nullopt;
  return pair;
}

}  // namespace roomcast::auth
