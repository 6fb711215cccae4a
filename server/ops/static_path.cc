#include <algorithm>

#include "proto/protocol/utf8.h"
#include "server/ops/static_files.h"

namespace roomcast::ops {
namespace {

// More is no path to one of our files.
constexpr std::size_t kPathBytesMax = 1024;

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Once: what an escape yields is never decoded again.
std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = HexDigit(text[i + 1]);
    const auto low = HexDigit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

bool IsSafe(std::string_view path) {
  if (!IsUtf8(path)) return false;
  const bool plain = std::none_of(
      path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; });
  if (!plain) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment.front() == '.') return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

struct Type {
  std::string_view ending;
  std::string_view content_type;
};

constexpr Type kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
};

}  // namespace

std::optional<std::string> StaticPath(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  if (target.size() > kPathBytesMax || !target.starts_with('/')) return std::nullopt;
  auto path = PercentDecode(target.substr(1));
  if (!path) return std::nullopt;
  if (path->empty() || path->back() == '/') *path += "index.html";
  if (!IsSafe(*path)) return std::nullopt;
  return path;
}

std::string_view ContentType(std::string_view path) {
  for (const Type& type : kTypes) {
    if (path.ends_with(type.ending)) return type.content_type;
  }
  return "application/octet-stream";
}

}  // namespace roomcast::ops
