#include "proto/protocol/wire_writer.h"

#include <cstring>
#include <string_view>

namespace roomcast::wire {
namespace {

// Counts the bytes that the writer would write.
class CountingSink {
 public:
  // A message inside is measured for its length, and that is all there is to know of it. Visiting
  // it again would double the work with every level.
  static constexpr bool kWantsContent = false;
  void Measured(std::size_t bytes) { size_ += bytes; }
  void Varint(std::uint64_t value) { size_ += VarintBytes(value); }
  void Fixed64(std::uint64_t) { size_ += 8; }
  void Raw(std::string_view bytes) { size_ += bytes.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

// Writes into memory that was measured before.
class MemorySink {
 public:
  static constexpr bool kWantsContent = true;
  explicit MemorySink(char* out) : out_(out) {}
  void Measured(std::size_t) {}
  void Varint(std::uint64_t value) { out_ = WriteVarint(out_, value); }
  void Fixed64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) *out_++ = static_cast<char>(value >> (8 * i));
  }
  void Raw(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }

 private:
  char* out_;
};

// A number as Protobuf's varint holds it: signed ones sign-extended to 64 bits.
std::uint64_t LoadNumber(Kind kind, const void* value) {
  switch (kind) {
    case Kind::kBool: {
      bool flag = false;
      std::memcpy(&flag, value, sizeof flag);
      return flag ? 1 : 0;
    }
    case Kind::kUint32: {
      std::uint32_t number = 0;
      std::memcpy(&number, value, sizeof number);
      return number;
    }
    case Kind::kInt32: {
      std::int32_t number = 0;
      std::memcpy(&number, value, sizeof number);
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
    }
    default: {
      std::uint64_t number = 0;
      std::memcpy(&number, value, sizeof number);
      return number;
    }
  }
}

constexpr std::size_t NumberBytes(Kind kind) {
  if (kind == Kind::kBool) return sizeof(bool);
  return kind == Kind::k64 ? 8 : 4;
}

template <class Sink>
class MessageWriter {
 public:
  explicit MessageWriter(Sink& sink) : sink_(sink) {}

  void Write(const MessageTable& table, const void* message) {
    for (const FieldRow* row = table.begin(); row != table.end(); ++row) {
      const void* member = static_cast<const char*>(message) + row->offset;
      if (row->arms != 0) {
        const FieldRow* first = row;
        row += first->arms - 1;
        const std::size_t held = first->link->held(member);
        if (held == 0) continue;
        const FieldRow& arm = first[held - 1];
        // What is held already, hold() only finds.
        WriteValue(arm, arm.link->hold(const_cast<void*>(member)));
      } else if (row->repeated) {
        WriteRepeated(*row, *static_cast<const RepeatedItems*>(member));
      } else if (!IsDefault(*row, member)) {
        WriteValue(*row, member);
      }
    }
  }

 private:
  static bool IsDefault(const FieldRow& row, const void* value) {
    if (row.kind == Kind::kText) return static_cast<const Text*>(value)->view.empty();
    if (row.kind == Kind::kBytes) return static_cast<const Bytes*>(value)->view.empty();
    return LoadNumber(row.kind, value) == 0;
  }

  void WriteBytes(std::string_view bytes) {
    sink_.Varint(bytes.size());
    sink_.Raw(bytes);
  }

  void WriteValue(const FieldRow& row, const void* value) {
    sink_.Varint(row.tag);
    switch (row.kind) {
      case Kind::kText:
        return WriteBytes(static_cast<const Text*>(value)->view);
      case Kind::kBytes:
        return WriteBytes(static_cast<const Bytes*>(value)->view);
      case Kind::kMessage: {
        const std::size_t bytes = EncodedBytes(*row.link->inner, value);
        sink_.Varint(bytes);
        sink_.Measured(bytes);
        if constexpr (Sink::kWantsContent) Write(*row.link->inner, value);
        return;
      }
      case Kind::kFixed64:
        return sink_.Fixed64(LoadNumber(row.kind, value));
      default:
        return sink_.Varint(LoadNumber(row.kind, value));
    }
  }

  void WriteRepeated(const FieldRow& row, const RepeatedItems& items) {
    if (items.size == 0) return;
    const char* const begin = static_cast<const char*>(items.items);
    if (row.is_number()) return WritePacked(row, begin, items.size);
    const std::size_t item_bytes =
        row.kind == Kind::kMessage ? row.link->inner->bytes : sizeof(std::string_view);
    for (std::size_t i = 0; i < items.size; ++i) WriteValue(row, begin + i * item_bytes);
  }

  void WritePacked(const FieldRow& row, const char* begin, std::size_t count) {
    const std::size_t item_bytes = NumberBytes(row.kind);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bytes += VarintBytes(LoadNumber(row.kind, begin + i * item_bytes));
    }
    sink_.Varint(MakeTag(row.tag >> 3, WireType::kBytes));
    sink_.Varint(bytes);
    for (std::size_t i = 0; i < count; ++i) {
      sink_.Varint(LoadNumber(row.kind, begin + i * item_bytes));
    }
  }

  Sink& sink_;
};

void WriteInto(char* out, const MessageTable& table, const void* message) {
  MemorySink sink(out);
  MessageWriter<MemorySink>(sink).Write(table, message);
}

}  // namespace

std::size_t EncodedBytes(const MessageTable& table, const void* message) {
  CountingSink sink;
  MessageWriter<CountingSink>(sink).Write(table, message);
  return sink.size();
}

void AppendEncoded(std::string& out, const MessageTable& table, const void* message) {
  const std::size_t before = out.size();
  out.resize(before + EncodedBytes(table, message));
  WriteInto(out.data() + before, table, message);
}

void AppendItem(std::string& out, std::uint32_t number, const MessageTable& table,
                const void* message) {
  const std::size_t before = out.size();
  const std::uint32_t tag = MakeTag(number, WireType::kBytes);
  const std::size_t size = EncodedBytes(table, message);
  out.resize(before + VarintBytes(tag) + VarintBytes(size) + size);
  char* at = WriteVarint(out.data() + before, tag);
  WriteInto(WriteVarint(at, size), table, message);
}

}  // namespace roomcast::wire
