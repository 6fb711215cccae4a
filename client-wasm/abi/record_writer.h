#ifndef ROOMCAST_CLIENT_WASM_ABI_RECORD_WRITER_H_
#define ROOMCAST_CLIENT_WASM_ABI_RECORD_WRITER_H_

#include <string_view>

#include "client-wasm/abi/atoms.h"
#include "client-wasm/abi/roomcast_abi.h"
#include "client-wasm/core/effects.h"
#include "client-wasm/core/plain_vector.h"

namespace roomcast::client {

// Turns the core's effects into the flat records of roomcast_abi.h, which says what stands where.
// Keeps its memory from batch to batch.
class RecordWriter {
 public:
  // In place of the records before. Publications of `batch` view `frame`.
  void Write(const EffectBatch& batch, std::string_view frame);

  const PlainVector<rc_effect>& records() const { return records_; }
  std::string_view text() const { return text_; }

 private:
  rc_effect& Add(std::uint32_t kind);
  void Text(rc_effect& record, int word, std::string_view text);
  void Frame(rc_effect& record, int word, std::string_view part) const;
  // The atom of `text`; the host is told first where it does not know it.
  std::uint32_t Atom(Atoms::Role role, std::string_view text);
  void FaultAt8(rc_effect& record, const Fault& fault);
  static void Epoch(rc_effect& record, int word, std::uint64_t epoch);

  void One(const OpenSocket& effect);
  void One(const SendBytes& effect);
  void One(const CloseSocket& effect);
  void One(const SetTimer& effect);
  void One(const NeedToken& effect);
  void One(const StateChanged& effect);
  void One(const SessionBegan& effect);
  void One(const RoomOpened& effect);
  void One(const RoomStateChanged& effect);
  void One(const RoomJoined& effect);
  void One(const RoomLeft& effect);
  void One(const RoomGap& effect);
  void One(const RoomReset& effect);
  void One(const Delivered& effect);
  void One(const RoomPresence& effect);
  void Present(const PresenceUser& user, std::uint32_t sessions);
  void One(const Settled& effect);
  void One(const Problem& effect);
  void One(const Trace& effect);

  PlainVector<rc_effect> records_;
  KeptText text_;
  std::string_view frame_;
  Atoms atoms_;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_RECORD_WRITER_H_
