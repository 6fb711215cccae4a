#include "client-wasm/core/effects.h"

#include <cstring>
#include <utility>

#include "proto/protocol/frame.h"
#include "proto/protocol/wire_writer.h"

namespace roomcast::client {

void AppendFrame(KeptText& out, const ClientMessage& message) {
  const std::size_t bytes = wire::EncodedBytes(message) + kFrameHeadBytesMax;
  out.Grow(WriteFrame(message, out.Reserve(bytes), bytes));
}

void Effects::Emit(const Effect& effect) { batch_.effects_.Add(effect); }

void Effects::Emit(const Delivered& delivered) {
  ::new (batch_.effects_.AddPlace()) Effect(delivered);
}

void Effects::EmitClose(const CloseSocket& close) {
  Flush();
  Emit(close);
}

std::string_view Effects::Keep(std::string_view text) {
  if (text.empty()) return {};
  char* kept = batch_.arena_.Allocate<char>(text.size());
  if (kept == nullptr) return {};
  std::memcpy(kept, text.data(), text.size());
  return {kept, text.size()};
}

void Effects::MakeRoom(Generation generation, std::size_t bytes) {
  if (outgoing_generation_ != generation || outgoing_.size() + bytes > kMessageBytesMax) Flush();
  outgoing_generation_ = generation;
}

void Effects::Send(Generation generation, const ClientMessage& message) {
  MakeRoom(generation, wire::EncodedBytes(message) + kFrameHeadBytesMax);
  AppendFrame(outgoing_, message);
}

void Effects::SendEncoded(Generation generation, std::string_view frame) {
  MakeRoom(generation, frame.size());
  outgoing_.Append(frame);
}

void Effects::Flush() {
  if (outgoing_.empty()) return;
  ++messages_out_;
  bytes_out_ += outgoing_.size();
  Emit(SendBytes{outgoing_generation_, Keep(outgoing_)});
  outgoing_.Clear();
}

void Effects::Take(EffectBatch& batch) {
  Flush();
  batch.Clear();
  std::swap(batch, batch_);
}

}  // namespace roomcast::client
