#ifndef ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_
#define ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_

#include <string_view>

#include "proto/protocol/arena.h"
#include "proto/protocol/field_table.h"
#include "proto/protocol/wire_format.h"
#include "proto/protocol/words.h"

namespace roomcast {

// Reads Protobuf bytes into structs that list their fields. Agrees with the official runtime on
// what is refused and on what is kept: unknown fields and known fields of the wrong wire type are
// passed over, a message field that comes twice is merged, a string must be UTF-8.
class MessageReader {
 public:
  explicit MessageReader(Arena& arena) : arena_(arena) {}

  // False: not an encoding of M, or more than the arena may hold; `message` is then half read.
  template <class M>
  bool Read(std::string_view bytes, M& message) {
    return ReadMessage(bytes, wire::TableOf<M>::kTable, &message);
  }

 private:
  bool ReadMessage(std::string_view bytes, const wire::MessageTable& table, void* message);
  bool ReadValue(wire::Cursor& cursor, const wire::FieldRow& row, void* value);
  // Where the value goes; nullptr when the arena is full.
  void* PlaceOf(const wire::FieldRow& row, void* message);
  bool ReadPacked(std::string_view bytes, const wire::FieldRow& row, RepeatedItems& items);
  void* Grow(RepeatedItems& items, const wire::FieldRow& row);

  Arena& arena_;
  // The message itself and a hundred inside one another, as in the official runtime.
  int depth_ = 101;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_
