#include "bridge/watch_stream.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "bridge/request_fault.h"
#include "bridge/unary_call.h"
#include "bridge/watch_request.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {
namespace {

// A smaller piece costs less to copy than to refer to.
constexpr std::size_t kWorthAReference = 4096;
// A request may not keep a shard busy for long.
constexpr int kOrderSizeMax = 4096;

// The pieces as one message: an encoding of events after an encoding of events is one of them all.
grpc::ByteBuffer Join(std::vector<WatchBytes> pieces) {
  std::vector<grpc::Slice> slices;
  for (std::size_t i = 0; i < pieces.size();) {
    if (pieces[i].view().size() >= kWorthAReference) {
      const std::string_view bytes = pieces[i].view();
      const auto [owner, drop] = pieces[i].Release();
      slices.emplace_back(const_cast<char*>(bytes.data()), bytes.size(), drop, owner);
      ++i;
      continue;
    }
    std::size_t end = i;
    std::size_t size = 0;
    for (; end < pieces.size() && pieces[end].view().size() < kWorthAReference; ++end) {
      size += pieces[end].view().size();
    }
    grpc_slice small = grpc_slice_malloc(size);
    auto* at = GRPC_SLICE_START_PTR(small);
    for (; i < end; ++i) {
      std::memcpy(at, pieces[i].view().data(), pieces[i].view().size());
      at += pieces[i].view().size();
    }
    slices.emplace_back(small, grpc::Slice::STEAL_REF);
  }
  return {slices.data(), slices.size()};
}

// nullopt: the bytes are no WatchRequest.
std::optional<v1::WatchRequest> Parse(grpc::ByteBuffer& bytes) {
  std::optional<v1::WatchRequest> request(std::in_place);
  grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok() || !request->ParseFromZeroCopyStream(&reader)) request.reset();
  return request;
}

}  // namespace

WatchStream* WatchStream::Begin(std::variant<Caller, TurnedAway> caller, WatchGateway& gateway,
                                const StreamWorld& world) {
  const auto* admitted = std::get_if<Caller>(&caller);
  std::shared_ptr<WatchStream> stream(
      new WatchStream(admitted == nullptr ? Caller() : *admitted, world));
  stream->self_ = stream;
  if (const auto* away = std::get_if<TurnedAway>(&caller)) {
    const std::lock_guard lock(stream->mutex_);
    stream->EndWith(away->refusal, away->status);
  } else {
    stream->Open(gateway);
  }
  return stream.get();
}

void WatchStream::Open(WatchGateway& gateway) {
  // The gateway bounds how many there are.
  static_cast<void>(world_.open_streams.Add(*this));
  auto opened = gateway.OpenWatch(weak_from_this());
  const std::lock_guard lock(mutex_);
  if (const auto* error = std::get_if<HubError>(&opened)) {
    return EndWith(RefusalOf(*error), ToStatus(*error));
  }
  feed_ = std::get<std::shared_ptr<WatchFeed>>(std::move(opened));
  if (ended_) return feed_->Close();  // the hub stops
  // The keys may have changed since it was admitted.
  if (EndedByKeys()) return;
  // Callers wait for the headers before they ask for anything.
  StartSendInitialMetadata();
  Read();
  WriteNext();
}

void WatchStream::Read() {
  if (ended_ || reading_ || half_closed_) return;
  reading_ = true;
  StartRead(&request_);
}

void WatchStream::OnReadDone(bool ok) {
  std::optional<v1::WatchRequest> request;
  if (ok) request = Parse(request_);
  const std::lock_guard lock(mutex_);
  reading_ = false;
  if (ended_) return;
  if (!ok) {
    // Nothing more is asked for; what was is told on.
    half_closed_ = true;
    return;
  }
  if (!request) {
    const HubError error = BadRequest("the bytes are not the request that this method takes");
    return EndWith(Refusal::kBadRequest, ToStatus(error));
  }
  if (request->add_size() + request->remove_size() > kOrderSizeMax) {
    const HubError error =
        MakeError(ErrorCode::kTooLarge,
                  absl::StrCat("add and remove have ", request->add_size() + request->remove_size(),
                               " entries, the most in one request is ", kOrderSizeMax));
    return EndWith(RefusalOf(error), ToStatus(error));
  }
  if (feed_->Ask(OrderOf(*request, caller_))) Read();
}

void WatchStream::OnWatchReady() {
  waits_.store(true);
  // Who writes looks again when it has written.
  if (writing_.load() || rung_.exchange(true)) return;
  world_.pump->Ring(shared_from_this());
}

void WatchStream::OnWatchCut() {
  cut_.store(true);
  world_.pump->Ring(shared_from_this());
}

void WatchStream::OnPumped() {
  rung_.store(false);
  const std::lock_guard lock(mutex_);
  if (hub_stops_.load()) return EndWith(std::nullopt, HubStops());
  if (keys_changed_.exchange(false) && EndedByKeys()) return;
  if (ended_) return;
  if (cut_.load()) {
    if (const std::optional<HubError> why = feed_->Take().end) return End(*why);
  }
  WriteWhenDue();
}

void WatchStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  response_.Clear();
  writing_.store(false);
  // Where it failed, the stream is cancelled.
  if (ok && waits_.load()) WriteWhenDue();
}

void WatchStream::WriteWhenDue() {
  if (pace_.MayWrite(StreamPump::Clock::now())) return WriteNext();
  if (!rung_.exchange(true)) world_.pump->RingAt(shared_from_this(), pace_.due());
}

void WatchStream::WriteNext() {
  if (ended_ || feed_ == nullptr || writing_.load()) return;
  // Said before looking: what comes meanwhile is seen by this look, or by the next.
  waits_.store(false);
  WatchFeed::Taken taken = feed_->Take();
  if (taken.asks_again) Read();
  if (!taken.pieces.empty()) {
    writing_.store(true);
    if (taken.end) waits_.store(true);
    const std::size_t pieces = taken.pieces.size();
    response_ = Join(std::move(taken.pieces));
    pace_.OnWrite(StreamPump::Clock::now(), pieces, response_.Length());
    StartWrite(&response_);
    return;
  }
  if (taken.end) End(*taken.end);
}

void WatchStream::End(const HubError& why) {
  if (why.code == 0) return EndWith(std::nullopt, HubStops());
  EndWith(RefusalOf(why), ToStatus(why));
}

// Called under the lock of OpenStreams, which is taken within ours at the end.
void WatchStream::OnHubStops() {
  hub_stops_.store(true);
  world_.pump->Ring(shared_from_this());
}

void WatchStream::OnKeysChanged() {
  keys_changed_.store(true);
  world_.pump->Ring(shared_from_this());
}

bool WatchStream::EndedByKeys() {
  std::optional<TurnedAway> away = world_.admission.WhyNoMore(caller_, Role::kRead);
  if (away) EndWith(away->refusal, std::move(away->status));
  return away.has_value();
}

void WatchStream::OnCancel() {
  const std::lock_guard lock(mutex_);
  EndWith(Refusal::kCancelled, {grpc::StatusCode::CANCELLED, "the caller went away"});
}

void WatchStream::EndWith(std::optional<Refusal> refusal, grpc::Status status) {
  if (std::exchange(ended_, true)) return;
  if (feed_ != nullptr) feed_->Close();
  // Done with others first: after Finish the server may be gone.
  world_.open_streams.Remove(*this);
  if (refusal) world_.observer.OnRefused(*refusal);
  world_.observer.OnSettled("Watch", StatusName(status.error_code()));
  Finish(std::move(status));
}

void WatchStream::OnDone() {
  // The last reference may be this one.
  const std::shared_ptr<WatchStream> self = std::move(self_);
}

}  // namespace roomcast::bridge
