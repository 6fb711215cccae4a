#include "proto/protocol/wire_writer.h"

#include <cstring>
#include <string_view>

namespace roomcast::wire {
namespace {

// Writes into memory as far as it reaches, and counts on beyond its end: with no memory at all it
// measures.
class Sink {
 public:
  Sink(char* out, std::size_t bytes_max) : out_(out), bytes_max_(bytes_max) {}

  void Varint(std::uint64_t value) {
    if (char* out = Take(VarintBytes(value))) WriteVarint(out, value);
  }
  void Fixed64(std::uint64_t value) {
    char* out = Take(8);
    if (out == nullptr) return;
    for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(value >> (8 * i));
  }
  void Raw(std::string_view bytes) {
    char* out = Take(bytes.size());
    if (out != nullptr && !bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  }
  // What is written between the two has its length before it. Most messages have a length of one
  // byte; a longer one is moved to make room. Measuring each before it is written would cost more,
  // again with every level.
  std::size_t BeginMessage() {
    Take(1);
    return size_;
  }
  void EndMessage(std::size_t begin) {
    const std::size_t bytes = size_ - begin;
    const std::size_t more = VarintBytes(bytes) - 1;
    if (Take(more) == nullptr) return;
    char* const message = out_ + begin;
    if (more != 0) std::memmove(message + more, message, bytes);
    WriteVarint(message - 1, bytes);
  }

  std::size_t size() const { return size_; }
  // False: not everything is written.
  bool fits() const { return size_ <= bytes_max_; }

 private:
  // Where the next bytes go; nullptr: they are counted and do not fit.
  char* Take(std::size_t bytes) {
    size_ += bytes;
    return fits() ? out_ + size_ - bytes : nullptr;
  }

  char* out_;
  std::size_t bytes_max_;
  std::size_t size_ = 0;
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

class MessageWriter {
 public:
  explicit MessageWriter(Sink& sink) : sink_(sink) {}

  void Write(const MessageTable& table, const void* message) {
    const char* const bytes = static_cast<const char*>(message);
    std::uint32_t number = 0;
    for (const FieldRow& row : table) {
      const char* const member = bytes + row.offset;
      const std::uint32_t tag = MakeTag(++number, WireTypeOf(row.kind));
      if (row.repeated()) {
        WriteRepeated(row, tag, *reinterpret_cast<const RepeatedItems*>(member));
      } else if (row.form == kIsValue) {
        WriteField(row, tag, member, false);
      } else if (static_cast<Form>(bytes[row.state]) == row.form) {
        WriteField(row, tag, member, true);
      }
    }
  }

 private:
  void WriteBytes(std::uint32_t tag, std::string_view bytes, bool always) {
    if (bytes.empty() && !always) return;
    sink_.Varint(tag);
    sink_.Varint(bytes.size());
    sink_.Raw(bytes);
  }

  // Not always: unless it is at its default.
  void WriteField(const FieldRow& row, std::uint32_t tag, const void* value, bool always) {
    switch (row.kind) {
      case Kind::kText:
        return WriteBytes(tag, static_cast<const Text*>(value)->view, always);
      case Kind::kBytes:
        return WriteBytes(tag, static_cast<const Bytes*>(value)->view, always);
      case Kind::kMessage: {
        sink_.Varint(tag);
        const auto begin = sink_.BeginMessage();
        Write(*row.inner, value);
        return sink_.EndMessage(begin);
      }
      default: {
        const std::uint64_t number = LoadNumber(row.kind, value);
        if (number == 0 && !always) return;
        sink_.Varint(tag);
        return row.kind == Kind::kFixed64 ? sink_.Fixed64(number) : sink_.Varint(number);
      }
    }
  }

  void WriteRepeated(const FieldRow& row, std::uint32_t tag, const RepeatedItems& items) {
    if (items.size == 0) return;
    const char* const begin = static_cast<const char*>(items.items);
    if (row.is_number()) return WritePacked(row, tag, begin, items.size);
    const std::size_t item_bytes =
        row.kind == Kind::kMessage ? row.inner->bytes : sizeof(std::string_view);
    for (std::size_t i = 0; i < items.size; ++i) WriteField(row, tag, begin + i * item_bytes, true);
  }

  void WritePacked(const FieldRow& row, std::uint32_t tag, const char* begin, std::size_t count) {
    const std::size_t item_bytes = NumberBytes(row.kind);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bytes += VarintBytes(LoadNumber(row.kind, begin + i * item_bytes));
    }
    sink_.Varint(MakeTag(tag >> 3, WireType::kBytes));
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
  Sink sink(out.data() + before, bytes);
  MessageWriter(sink).Write(table, message);
}

}  // namespace

std::size_t EncodedBytes(const MessageTable& table, const void* message) {
  Sink sink(nullptr, 0);
  MessageWriter(sink).Write(table, message);
  return sink.size();
}

void AppendEncoded(std::string& out, const MessageTable& table, const void* message) {
  AppendMeasured(out, EncodedBytes(table, message), table, message);
}

void AppendItem(std::string& out, std::uint32_t number, const MessageTable& table,
                const void* message) {
  // A small message, as most are, is written once and copied; a large one is measured so.
  char small[512];
  Sink sink(small, sizeof small);
  MessageWriter(sink).Write(table, message);
  char head[10];
  char* end = WriteVarint(head, MakeTag(number, WireType::kBytes));
  end = WriteVarint(end, sink.size());
  out.append(head, static_cast<std::size_t>(end - head));
  if (sink.fits()) {
    out.append(small, sink.size());
  } else {
    AppendMeasured(out, sink.size(), table, message);
  }
}

std::size_t WriteItem(char* out, std::size_t bytes_max, std::uint32_t number,
                      const MessageTable& table, const void* message) {
  Sink sink(out, bytes_max);
  sink.Varint(MakeTag(number, WireType::kBytes));
  const std::size_t begin = sink.BeginMessage();
  MessageWriter(sink).Write(table, message);
  sink.EndMessage(begin);
  return sink.size();
}

}  // namespace roomcast::wire
