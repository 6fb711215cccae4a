#ifndef ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_
#define ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/protocol/field_table.h"

namespace roomcast::wire {

// Writes a message's fields in the order of their numbers, those that are not at their default,
// exactly as the official runtime does (proto3).

std::size_t EncodedBytes(const MessageTable& table, const void* message);
void AppendEncoded(std::string& out, const MessageTable& table, const void* message);
void AppendItem(std::string& out, std::uint32_t number, const MessageTable& table,
                const void* message);
// Into memory of `bytes_max` bytes, where that is enough. Answers how many it takes.
std::size_t WriteItem(char* out, std::size_t bytes_max, std::uint32_t number,
                      const MessageTable& table, const void* message);

// The size of `message` on the wire.
template <class M>
std::size_t EncodedBytes(const M& message) {
  return EncodedBytes(TableOf<M>::kTable, &message);
}

// Appends `message` to `out`, without a tag or length of its own.
template <class M>
void AppendEncoded(std::string& out, const M& message) {
  AppendEncoded(out, TableOf<M>::kTable, &message);
}

// Appends `message` as an item of the message field `number` of whatever `out` is the encoding of.
template <class M>
void AppendItem(std::string& out, std::uint32_t number, const M& message) {
  AppendItem(out, number, TableOf<M>::kTable, &message);
}
template <class M>
std::size_t WriteItem(char* out, std::size_t bytes_max, std::uint32_t number, const M& message) {
  return WriteItem(out, bytes_max, number, TableOf<M>::kTable, &message);
}

}  // namespace roomcast::wire

#endif  // ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_
