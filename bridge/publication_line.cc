#include "bridge/publication_line.h"

#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bridge/command.h"

namespace roomcast::bridge {

std::string LineOf(const v1::Publication& publication) {
  const auto or_dash = [](const std::string& text) {
    return text.empty() ? std::string("-") : AsOneLine(text);
  };
  const std::string data = publication.encoding() == v1::ENCODING_BYTES
                               ? absl::StrCat(publication.data().size(), " bytes")
                               : AsOneLine(publication.data());
  return absl::StrCat(publication.offset(), " ", or_dash(publication.publisher().user()), " ",
                      or_dash(publication.type()), " ", data);
}

bool ReadPosition(const std::string& text, v1::Position& position) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &epoch) ||
      !absl::SimpleAtoi(parts[1], &offset)) {
    return false;
  }
  position.set_epoch(epoch);
  position.set_offset(offset);
  return true;
}

}  // namespace roomcast::bridge
