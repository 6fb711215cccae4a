#ifndef ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_
#define ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/protocol/codes.h"

namespace roomcast::client {

// A table of codes as few bytes: numbers, and all texts in a row, each ended by a zero. Finding a
// text walks over those before it, which only errors do.
class PackedCodes {
 public:
  struct Code {
    std::uint16_t number;
    bool temporary;
  };
  struct Row {
    std::string_view name;  // empty: the number is not in the table
    std::string_view meaning;
    bool temporary = false;
  };

  // `texts` has a name for each code, or a name and a meaning.
  template <std::size_t kCodes>
  constexpr PackedCodes(const std::array<Code, kCodes>& codes, const char* texts, int texts_each)
      : codes_(codes.data()), count_(kCodes), texts_(texts), texts_each_(texts_each) {}

  Row Find(std::uint32_t number) const {
    const char* text = texts_;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::string_view name = text;
      text += name.size() + 1;
      std::string_view meaning;
      if (texts_each_ > 1) {
        meaning = text;
        text += meaning.size() + 1;
      }
      if (codes_[i].number == number) return {name, meaning, codes_[i].temporary};
    }
    return {};
  }

 private:
  const Code* codes_;
  std::size_t count_;
  const char* texts_;
  int texts_each_;
};

// Makes the two arrays of PackedCodes from rows, at compile time.
template <const auto& kRows, bool kMeanings>
struct CodePacker {
  static constexpr std::size_t kTextBytes = [] {
    std::size_t bytes = 0;
    for (const CodeRow& row : kRows) {
      bytes += row.name.size() + 1 + (kMeanings ? row.meaning.size() + 1 : 0);
    }
    return bytes;
  }();
  static constexpr auto kTexts = [] {
    std::array<char, kTextBytes> texts{};
    std::size_t at = 0;
    const auto add = [&](std::string_view text) {
      for (const char c : text) texts[at++] = c;
      ++at;
    };
    for (const CodeRow& row : kRows) {
      add(row.name);
      if (kMeanings) add(row.meaning);
    }
    return texts;
  }();
  static constexpr auto kCodes = [] {
    std::array<PackedCodes::Code, std::size(kRows)> codes{};
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = {static_cast<std::uint16_t>(kRows[i].code), kRows[i].temporary};
    }
    return codes;
  }();
};

template <const auto& kRows, bool kMeanings>
inline constexpr PackedCodes kPackedCodes(CodePacker<kRows, kMeanings>::kCodes,
                                          CodePacker<kRows, kMeanings>::kTexts.data(),
                                          kMeanings ? 2 : 1);

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_
