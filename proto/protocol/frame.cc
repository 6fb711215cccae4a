#include "proto/protocol/frame.h"

#include "proto/protocol/wire_reader.h"
#include "proto/protocol/wire_writer.h"

namespace roomcast {
namespace {

// Field numbers of the schema that bytes are put together by.
constexpr std::uint32_t kFrameMessages = 1;
constexpr std::uint32_t kServerMessageRoomBatch = 4;
constexpr std::uint32_t kRoomBatchHandle = 1;
constexpr std::uint32_t kRoomBatchPublications = 2;

template <class M>
std::optional<M> Decode(std::string_view bytes, Arena& arena) {
  std::optional<M> message(std::in_place);
  if (!MessageReader(arena).Read(bytes, *message)) message.reset();
  return message;
}

// Of bytes that we wrote ourselves.
const char* ReadOwnVarint(const char* at, std::uint64_t& value) {
  value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return at;
  }
}

}  // namespace

std::optional<ClientFrame> DecodeClientFrame(std::string_view bytes, Arena& arena) {
  return Decode<ClientFrame>(bytes, arena);
}

std::optional<ServerFrame> DecodeServerFrame(std::string_view bytes, Arena& arena) {
  return Decode<ServerFrame>(bytes, arena);
}

std::optional<RoomBatch> DecodePublicationEntries(std::string_view entries, Arena& arena) {
  return Decode<RoomBatch>(entries, arena);
}

void AppendFrame(std::string& out, const ClientMessage& message) {
  wire::AppendItem(out, kFrameMessages, message);
}

std::size_t WriteFrame(const ClientMessage& message, char* out, std::size_t bytes_max) {
  return wire::WriteItem(out, bytes_max, kFrameMessages, message);
}

void AppendFrame(std::string& out, const ServerMessage& message) {
  wire::AppendItem(out, kFrameMessages, message);
}

void AppendFrame(std::string& out, const WatchEvent& event) {
  wire::AppendItem(out, kFrameMessages, event);
}

void AppendPublicationEntry(std::string& out, const Publication& publication) {
  wire::AppendItem(out, kRoomBatchPublications, publication);
}

std::string_view PublicationEntryAt(const char* at) {
  std::uint64_t size = 0;
  const char* fields = ReadOwnVarint(at + 1, size);
  return {at, static_cast<std::size_t>(fields - at) + static_cast<std::size_t>(size)};
}

std::uint64_t PublicationEntryOffset(std::string_view entry) {
  std::uint64_t value = 0;
  const char* fields = ReadOwnVarint(entry.data() + 1, value);
  ReadOwnVarint(fields + 1, value);  // the offset is the first of a publication's fields
  return value;
}

void AppendRoomBatchHead(std::string& out, std::uint64_t handle, std::size_t entries_bytes) {
  using wire::MakeTag;
  using wire::WireType;
  const std::size_t batch_bytes = 1 + wire::VarintBytes(handle) + entries_bytes;
  const std::size_t message_bytes = 1 + wire::VarintBytes(batch_bytes) + batch_bytes;
  char head[kRoomBatchHeadBytesMax];
  char* at = head;
  at = wire::WriteVarint(at, MakeTag(kFrameMessages, WireType::kBytes));
  at = wire::WriteVarint(at, message_bytes);
  at = wire::WriteVarint(at, MakeTag(kServerMessageRoomBatch, WireType::kBytes));
  at = wire::WriteVarint(at, batch_bytes);
  at = wire::WriteVarint(at, MakeTag(kRoomBatchHandle, WireType::kVarint));
  at = wire::WriteVarint(at, handle);
  out.append(head, static_cast<std::size_t>(at - head));
}

}  // namespace roomcast
