// Messages as bytes, for methods that are raw.
#ifndef ROOMCAST_BRIDGE_MESSAGE_BYTES_H_
#define ROOMCAST_BRIDGE_MESSAGE_BYTES_H_

#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

namespace roomcast::bridge {

// Takes the bytes. False: they are no such message.
inline bool ReadFrom(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  return grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&bytes, &message).ok();
}

inline void WriteTo(grpc::ByteBuffer& bytes, const google::protobuf::Message& message) {
  bool own_buffer = false;
  bytes.Clear();
  const grpc::Status status =
      grpc::SerializationTraits<google::protobuf::Message>::Serialize(message, &bytes, &own_buffer);
  static_cast<void>(status);  // it fails for a message over 2 GiB only
}

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_MESSAGE_BYTES_H_
