#include "proto/protocol/wire_reader.h"

#include <cstring>

#include "proto/protocol/clear_bytes.h"
#include "proto/protocol/utf8.h"

namespace roomcast {
namespace {

using wire::FieldRow;
using wire::Kind;
using wire::MessageTable;
using wire::WireType;

[[gnu::always_inline]] inline bool ReadNumber(wire::Cursor& cursor, Kind kind, void* value) {
  std::uint64_t raw = 0;
  if (!cursor.ReadVarint(raw)) return false;
  if (kind == Kind::k64) {
    std::memcpy(value, &raw, sizeof raw);
  } else if (kind == Kind::kBool) {
    const bool flag = raw != 0;
    std::memcpy(value, &flag, sizeof flag);
  } else {
    const auto low = static_cast<std::uint32_t>(raw);
    std::memcpy(value, &low, sizeof low);
  }
  return true;
}

bool IsPacked(const FieldRow& row, WireType type) {
  return row.repeated() && row.is_number() && type == WireType::kBytes;
}

std::size_t ItemBytes(const FieldRow& row) {
  switch (row.kind) {
    case Kind::kBool:
      return sizeof(bool);
    case Kind::kUint32:
    case Kind::kInt32:
      return 4;
    case Kind::k64:
    case Kind::kFixed64:
      return 8;
    case Kind::kText:
      return sizeof(Text);
    case Kind::kBytes:
      return sizeof(Bytes);
    case Kind::kMessage:
      break;
  }
  return row.inner->bytes;
}

}  // namespace

void* MessageReader::PlaceOf(const FieldRow& row, void* message) {
  char* const member = static_cast<char*>(message) + row.offset;
  if (row.repeated()) return Grow(*reinterpret_cast<RepeatedItems*>(member), row);
  char& state = static_cast<char*>(message)[row.state];
  if (static_cast<wire::Form>(state) != row.form) {
    if (row.kind == Kind::kMessage) ClearBytes(member, row.inner->bytes);
    state = static_cast<char>(row.form);
  }
  return member;
}

[[gnu::always_inline]] inline bool MessageReader::ReadValue(wire::Cursor& cursor,
                                                            const FieldRow& row, void* value) {
  const WireType type = wire::WireTypeOf(row.kind);
  if (type == WireType::kVarint) return ReadNumber(cursor, row.kind, value);
  if (type == WireType::kFixed64) {
    return cursor.ReadFixed64(*static_cast<std::uint64_t*>(value));
  }
  std::string_view bytes;
  if (!cursor.ReadBytes(bytes)) return false;
  // The row of a message has its table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
  if (row.kind == Kind::kMessage) return ReadMessage(bytes, *row.inner, value);
  // Text and Bytes are a view and nothing more.
  *static_cast<std::string_view*>(value) = bytes;
  return row.kind == Kind::kBytes || IsUtf8(bytes);
}

bool MessageReader::ReadMessage(std::string_view bytes, const MessageTable& table, void* message) {
  if (depth_ == 0) return false;
  --depth_;
  wire::Cursor cursor(bytes);
  while (!cursor.AtEnd()) {
    std::uint32_t tag = 0;
    if (!cursor.ReadTag(tag)) return false;
    const std::uint32_t place = (tag >> 3) - 1;
    const FieldRow* const row = place < table.row_count ? table.rows + place : nullptr;
    const auto type = static_cast<WireType>(tag & 7);
    if (row == nullptr || type != wire::WireTypeOf(row->kind)) {
      if (row != nullptr && IsPacked(*row, type)) {
        void* items = static_cast<char*>(message) + row->offset;
        std::string_view packed;
        if (!cursor.ReadBytes(packed)) return false;
        if (!ReadPacked(packed, *row, *static_cast<RepeatedItems*>(items))) return false;
      } else if (!cursor.Skip(tag, depth_)) {
        return false;
      }
      continue;
    }
    void* value = static_cast<char*>(message) + row->offset;
    if (row->form != wire::kIsValue) value = PlaceOf(*row, message);
    if (value == nullptr || !ReadValue(cursor, *row, value)) return false;
  }
  ++depth_;
  return true;
}

bool MessageReader::ReadPacked(std::string_view bytes, const FieldRow& row, RepeatedItems& items) {
  for (wire::Cursor packed(bytes); !packed.AtEnd();) {
    void* item = Grow(items, row);
    if (item == nullptr || !ReadNumber(packed, row.kind, item)) return false;
  }
  return true;
}

// One more item at the end; nullptr when the arena is full. The array that is outgrown stays in
// the arena until it is reset.
void* MessageReader::Grow(RepeatedItems& items, const FieldRow& row) {
  const std::size_t item_bytes = ItemBytes(row);
  if (items.size == items.capacity) {
    const std::uint32_t capacity = items.capacity == 0 ? 4 : items.capacity * 2;
    void* wider = arena_.AllocateArray(capacity, item_bytes);
    if (wider == nullptr) return nullptr;
    if (items.size != 0) std::memcpy(wider, items.items, items.size * item_bytes);
    items.items = wider;
    items.capacity = capacity;
  }
  // The array came from the arena, so it is ours to write.
  void* item = static_cast<char*>(const_cast<void*>(items.items)) + items.size++ * item_bytes;
  // What is no message is written whole.
  if (row.kind == Kind::kMessage) ClearBytes(item, item_bytes);
  return item;
}

}  // namespace roomcast
