// Decides whether text is UTF-8 (RFC 3629) while it arrives, in pieces cut anywhere, also inside a
// character. Overlong forms, surrogates and code points above U+10FFFF are refused at the first
// byte that cannot be continued, not at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace roomcast::websocket {

class Utf8Check {
 public:
  // Takes the next piece. Gives the place in `bytes` of the first byte that cannot stand there, and
  // nothing when all can. After a bad byte the object must not be fed again.
  [[nodiscard]] std::optional<std::size_t> Feed(std::span<const std::byte> bytes);

  // False in the middle of a character: the text may not end here.
  bool Complete() const { return continuations_ == 0; }

 private:
  // How many continuation bytes the current character still needs, and where the next one must lie.
  std::uint8_t continuations_ = 0;
  std::uint8_t lowest_ = 0x80;
  std::uint8_t highest_ = 0xBF;
};

// A whole text at once.
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace roomcast::websocket
