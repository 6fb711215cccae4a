#ifndef ROOMCAST_PROTO_PROTOCOL_FRAME_H_
#define ROOMCAST_PROTO_PROTOCOL_FRAME_H_

#include <optional>
#include <string>
#include <string_view>

#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/watch_messages.h"

namespace roomcast {

// The one door for a stranger's bytes. A frame is decoded whole before any of it is acted on, so
// that a malformed one has no effect at all. Behind this door a frame is trusted to be well formed:
// lengths hold, text is UTF-8. Whether its content makes sense is the reader's question.
//
// The frame views `bytes` and `arena`; it lives until either goes or the arena is reset.
// nullopt: not an encoding, or one that would need more than the arena may hold.
std::optional<ClientFrame> DecodeClientFrame(std::string_view bytes, Arena& arena);
std::optional<ServerFrame> DecodeServerFrame(std::string_view bytes, Arena& arena);

// Append one message as a frame of its own. Frames concatenate: several appended one after the
// other are one frame.
void AppendFrame(std::string& out, const ClientMessage& message);
void AppendFrame(std::string& out, const ServerMessage& message);
// The same into memory of `bytes_max` bytes, which is enough where it is kFrameHeadBytesMax above
// the size of the encoded message. Answers the size of the frame.
inline constexpr std::size_t kFrameHeadBytesMax = 4;
std::size_t WriteFrame(const ClientMessage& message, char* out, std::size_t bytes_max);
// The same for a backend: a WatchResponse with one event.
void AppendFrame(std::string& out, const WatchEvent& event);

// A publication as an entry of RoomBatch, tag and length included: what history keeps, and what a
// batch is built from by copying bytes.
void AppendPublicationEntry(std::string& out, const Publication& publication);
// Of an entry that was appended so and has an offset: the whole of it where it begins at `at`, and
// its offset. A stranger's bytes are not read so.
std::string_view PublicationEntryAt(const char* at);
std::uint64_t PublicationEntryOffset(std::string_view entry);

// What stands before `entries_bytes` bytes of publication entries to make them a whole frame with
// one RoomBatch. At most kRoomBatchHeadBytesMax bytes.
inline constexpr std::size_t kRoomBatchHeadBytesMax = 32;
void AppendRoomBatchHead(std::string& out, std::uint64_t handle, std::size_t entries_bytes);

// Entries (as of AppendPublicationEntry) in a row, read as publications. For a page that was kept
// as bytes. nullopt as above.
std::optional<RoomBatch> DecodePublicationEntries(std::string_view entries, Arena& arena);

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_FRAME_H_
