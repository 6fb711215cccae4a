#include "proto/protocol/wire_writer.h"

#include <cstring>
#include <string_view>

namespace roomcast::wire {
namespace {

// Counts the bytes that the writer would write.
class CountingSink {
 public:
  void Varint(std::uint64_t value) { size_ += VarintBytes(value); }
  void Fixed64(std::uint64_t) { size_ += 8; }
  void Raw(std::string_view bytes) { size_ += bytes.size(); }
  // What is written between the two has its length before it.
  std::size_t BeginMessage() const { return size_; }
  void EndMessage(std::size_t begin) { size_ += VarintBytes(size_ - begin); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

// Writes into memory, as far as it reaches.
class MemorySink {
 public:
  MemorySink(char* out, std::size_t bytes_max) : begin_(out), out_(out), end_(out + bytes_max) {}

  void Varint(std::uint64_t value) {
    if (Takes(VarintBytes(value))) out_ = WriteVarint(out_, value);
  }
  void Fixed64(std::uint64_t value) {
    if (!Takes(8)) return;
    for (int i = 0; i < 8; ++i) *out_++ = static_cast<char>(value >> (8 * i));
  }
  void Raw(std::string_view bytes) {
    if (bytes.empty() || !Takes(bytes.size())) return;
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  // Most messages have a length of one byte; a longer one is moved to make room. Measuring each
  // before it is written would cost more, again with every level.
  char* BeginMessage() {
    if (Takes(1)) ++out_;
    return out_;
  }
  void EndMessage(char* begin) {
    const auto bytes = static_cast<std::size_t>(out_ - begin);
    const std::size_t more = VarintBytes(bytes) - 1;
    if (!Takes(more)) return;
    if (more != 0) std::memmove(begin + more, begin, bytes);
    out_ = WriteVarint(begin - 1, bytes) + bytes;
  }

  // False: something did not fit, and what was written is of no use.
  bool fits() const { return fits_; }
  std::string_view written() const { return {begin_, static_cast<std::size_t>(out_ - begin_)}; }

 private:
  bool Takes(std::size_t bytes) {
    fits_ = fits_ && static_cast<std::size_t>(end_ - out_) >= bytes;
    return fits_;
  }

  char* begin_;
  char* out_;
  char* end_;
  bool fits_ = true;
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
        WriteField(arm, arm.link->hold(const_cast<void*>(member)), true);
      } else if (row->repeated) {
        WriteRepeated(*row, *static_cast<const RepeatedItems*>(member));
      } else {
        WriteField(*row, member, false);
      }
    }
  }

 private:
  void WriteBytes(const FieldRow& row, std::string_view bytes, bool always) {
    if (bytes.empty() && !always) return;
    sink_.Varint(row.tag);
    sink_.Varint(bytes.size());
    sink_.Raw(bytes);
  }

  // Not always: unless it is at its default.
  void WriteField(const FieldRow& row, const void* value, bool always) {
    switch (row.kind) {
      case Kind::kText:
        return WriteBytes(row, static_cast<const Text*>(value)->view, always);
      case Kind::kBytes:
        return WriteBytes(row, static_cast<const Bytes*>(value)->view, always);
      case Kind::kMessage: {
        sink_.Varint(row.tag);
        const auto begin = sink_.BeginMessage();
        Write(*row.link->inner, value);
        return sink_.EndMessage(begin);
      }
      default: {
        const std::uint64_t number = LoadNumber(row.kind, value);
        if (number == 0 && !always) return;
        sink_.Varint(row.tag);
        return row.kind == Kind::kFixed64 ? sink_.Fixed64(number) : sink_.Varint(number);
      }
    }
  }

  void WriteRepeated(const FieldRow& row, const RepeatedItems& items) {
    if (items.size == 0) return;
    const char* const begin = static_cast<const char*>(items.items);
    if (row.is_number()) return WritePacked(row, begin, items.size);
    const std::size_t item_bytes =
        row.kind == Kind::kMessage ? row.link->inner->bytes : sizeof(std::string_view);
    for (std::size_t i = 0; i < items.size; ++i) WriteField(row, begin + i * item_bytes, true);
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

// `bytes`: as measured.
void AppendMeasured(std::string& out, std::size_t bytes, const MessageTable& table,
                    const void* message) {
  const std::size_t before = out.size();
  out.resize(before + bytes);
  MemorySink sink(out.data() + before, bytes);
  MessageWriter<MemorySink>(sink).Write(table, message);
}

}  // namespace

std::size_t EncodedBytes(const MessageTable& table, const void* message) {
  CountingSink sink;
  MessageWriter<CountingSink>(sink).Write(table, message);
  return sink.size();
}

void AppendEncoded(std::string& out, const MessageTable& table, const void* message) {
  AppendMeasured(out, EncodedBytes(table, message), table, message);
}

void AppendItem(std::string& out, std::uint32_t number, const MessageTable& table,
                const void* message) {
  char head[10];
  const auto append_head = [&](std::size_t bytes) {
    char* end = WriteVarint(head, MakeTag(number, WireType::kBytes));
    end = WriteVarint(end, bytes);
    out.append(head, static_cast<std::size_t>(end - head));
  };
  // A small message, as most are, is written once and copied; a large one is measured before.
  char small[512];
  MemorySink sink(small, sizeof small);
  MessageWriter<MemorySink>(sink).Write(table, message);
  if (sink.fits()) {
    append_head(sink.written().size());
    out.append(sink.written());
  } else {
    const std::size_t bytes = EncodedBytes(table, message);
    append_head(bytes);
    AppendMeasured(out, bytes, table, message);
  }
}

}  // namespace roomcast::wire
