#include "tests/vectors/vector_file.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace roomcast {
namespace {

[[noreturn]] void Fail(const std::string& path, std::string_view what) {
  std::fprintf(stderr, "%s: %.*s\n", path.c_str(), static_cast<int>(what.size()), what.data());
  std::abort();
}

// What stands between `before` and `after` in `line`, if it has that form.
bool Between(std::string_view line, std::string_view before, std::string_view after,
             std::string& out) {
  if (line.size() < before.size() + after.size()) return false;
  if (line.substr(0, before.size()) != before) return false;
  if (line.substr(line.size() - after.size()) != after) return false;
  out = line.substr(before.size(), line.size() - before.size() - after.size());
  return true;
}

int Digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(path, "cannot be read; tests run in the repository's root");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Vector> ReadVectorFile(const std::string& path) {
  const std::string file = ReadWholeFile(path);
  std::vector<Vector> vectors;
  std::string hex;
  std::string_view left = file;
  int line_of_vector = 0;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    if (line == "[" || line == "]") continue;
    bool ok = false;
    switch (line_of_vector++ % 3) {
      case 0:
        ok = Between(line, "  {\"name\": \"", "\",", vectors.emplace_back().name);
        break;
      case 1:
        ok = Between(line, "   \"json\": ", ",", vectors.back().json);
        break;
      default:
        ok = Between(line, "   \"hex\": \"", left == "]\n" ? "\"}" : "\"},", hex);
        vectors.back().bytes = BytesFromHex(hex);
    }
    if (!ok) Fail(path, "not as make_vectors writes it: " + std::string(line));
  }
  if (vectors.empty() || line_of_vector % 3 != 0) Fail(path, "ends inside a vector");
  return vectors;
}

std::string BytesFromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(Digit(hex[i]) << 4 | Digit(hex[i + 1]));
  }
  return bytes;
}

std::string HexFromBytes(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

}  // namespace roomcast
