#ifndef ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_
#define ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "proto/protocol/codes.h"

namespace roomcast::client {

// A table of codes as few bytes, one after the other: how far the number is from the one before and
// whether it is temporary, the name, and perhaps a meaning. Finding one walks over those before it,
// which only errors do.
class PackedCodes {
 public:
  struct Row {
    std::string_view name;  // empty: the number is not in the table
    std::string_view meaning;
    bool temporary = false;
  };

  constexpr PackedCodes(const char* begin, const char* end, bool has_meanings)
      : begin_(begin), end_(end), has_meanings_(has_meanings) {}

  Row Find(std::uint32_t number) const {
    std::uint32_t found = 0;
    for (const char* at = begin_; at != end_;) {
      const auto high = static_cast<unsigned char>(*at++);
      const auto low = static_cast<unsigned char>(*at++);
      found += high << 7 | low >> 1;
      Row row{NextText(at), {}, (low & 1) != 0};
      if (has_meanings_) row.meaning = NextText(at);
      if (found == number) return row;
    }
    return {};
  }

 private:
  static std::string_view NextText(const char*& at) {
    const std::string_view text = at;
    at += text.size() + 1;
    return text;
  }

  const char* begin_;
  const char* end_;
  bool has_meanings_;
};

// Makes the bytes of PackedCodes from rows, in the order of their numbers, at compile time.
template <const auto& kRows, bool kMeanings>
struct CodePacker {
  static_assert(std::is_sorted(std::begin(kRows), std::end(kRows),
                               [](const CodeRow& a, const CodeRow& b) { return a.code < b.code; }));
  static constexpr std::size_t kBytes = [] {
    std::size_t bytes = 0;
    for (const CodeRow& row : kRows) {
      bytes += 2 + row.name.size() + 1 + (kMeanings ? row.meaning.size() + 1 : 0);
    }
    return bytes;
  }();
  static constexpr auto kPacked = [] {
    std::array<char, kBytes> packed{};
    std::size_t at = 0;
    const auto add = [&](std::string_view text) {
      for (const char c : text) packed[at++] = c;
      ++at;
    };
    std::uint32_t before = 0;
    for (const CodeRow& row : kRows) {
      const std::uint32_t step = row.code - before;
      before = row.code;
      packed[at++] = static_cast<char>(step >> 7);
      packed[at++] = static_cast<char>((step & 127) << 1 | (row.temporary ? 1u : 0u));
      add(row.name);
      if (kMeanings) add(row.meaning);
    }
    return packed;
  }();
};

template <const auto& kRows, bool kMeanings>
inline constexpr PackedCodes kPackedCodes(CodePacker<kRows, kMeanings>::kPacked.data(),
                                          CodePacker<kRows, kMeanings>::kPacked.data() +
                                              CodePacker<kRows, kMeanings>::kBytes,
                                          kMeanings);

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_PACKED_CODES_H_
