#include "server/auth/compact_jws.h"

#include "absl/strings/escaping.h"

namespace roomcast::auth {

std::string Base64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes)) {
    return std::nullopt;
  }
  // Padding, spaces and stray bits are forgiven by the decoder; what does not come back as it was
  // had one of them.
  if (Base64Url(bytes) != text) return std::nullopt;
  return bytes;
}

std::optional<CompactJws> ParseCompactJws(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  // A third dot is outside the alphabet, and refused there.
  auto header = DecodeBase64Url(token.substr(0, first));
  auto payload = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!header || !payload || !signature) return std::nullopt;
  return CompactJws{token.substr(0, second), *std::move(header), *std::move(payload),
                    *std::move(signature)};
}

}  // namespace roomcast::auth
