#include "proto/protocol/codes.h"

#include "proto/protocol/code_table.h"

namespace roomcast {
namespace {

std::string_view Find(std::span<const CodeRow> rows, std::uint32_t code) {
  for (const CodeRow& row : rows) {
    if (row.code == code) return row.name;
  }
  return "unknown";
}

}  // namespace

std::span<const CodeRow> ErrorRows() { return kErrorRows; }
std::span<const CodeRow> LeftRows() { return kLeftRows; }
std::span<const CodeRow> DisconnectRows() { return kDisconnectRows; }

std::string_view NameOf(ErrorCode code) {
  return Find(kErrorRows, static_cast<std::uint32_t>(code));
}
std::string_view NameOf(DisconnectCode code) {
  return Find(kDisconnectRows, static_cast<std::uint32_t>(code));
}

bool IsTemporary(ErrorCode code) {
  for (const CodeRow& row : kErrorRows) {
    if (row.code == static_cast<std::uint32_t>(code)) return row.temporary;
  }
  return false;
}

AfterClose AfterCloseCode(std::uint32_t code) { return BandOf(code); }

}  // namespace roomcast
