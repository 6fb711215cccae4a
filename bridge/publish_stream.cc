#include "bridge/publish_stream.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "bridge/message_bytes.h"
#include "bridge/publish_request.h"
#include "bridge/request_fault.h"
#include "bridge/unary_call.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {
namespace {

// An acknowledgement in a batch says why in a sentence, not in a page: a whole window of them fits
// one message.
constexpr std::size_t kAckMessageBytesMax = 256;
constexpr std::size_t kRequestBytesKept = std::size_t{64} << 10;

void ToProto(const ItemOutcome& outcome, v1::PublishAck& ack) {
  ack.set_number(outcome.number);
  if (const auto* error = std::get_if<HubError>(&outcome.answer)) {
    bridge::ToProto(*error, *ack.mutable_error());
    if (error->message.size() > kAckMessageBytesMax) {
      ack.mutable_error()->set_message(std::string(NameOf(ErrorCode{error->code})));
    }
  } else {
    bridge::ToProto(std::get<PublishOutcome>(outcome.answer), *ack.mutable_published());
  }
}

// About what it holds.
std::uint32_t BytesOf(const v1::PublishItem& item) {
  const v1::NewPublication& publication = item.publication();
  std::size_t bytes = item.room().size() + publication.data().size() + publication.text().size() +
                      publication.json().size() + publication.type().size() +
                      publication.key().size() + publication.user().size();
  for (const v1::Tag& tag : publication.tags()) bytes += tag.name().size() + tag.value().size();
  return static_cast<std::uint32_t>(bytes);
}

// Messages that are built, written and forgotten: their parts need no memory of their own.
google::protobuf::Arena& EmptyArena() {
  alignas(8) static thread_local std::array<char, std::size_t{32} << 10> block;
  static thread_local google::protobuf::Arena arena(block.data(), block.size());
  arena.Reset();
  return arena;
}

}  // namespace

PublishStream* PublishStream::Begin(const World& world, std::variant<Caller, TurnedAway> admitted) {
  const auto* caller = std::get_if<Caller>(&admitted);
  std::shared_ptr<PublishStream> stream(
      new PublishStream(world, caller != nullptr ? *caller : Caller()));
  stream->self_ = stream;
  if (caller == nullptr) {
    TurnedAway& away = std::get<TurnedAway>(admitted);
    stream->End(When::kAtOnce, away.refusal, std::move(away.status));
  } else if (!world.streams.Add(*stream)) {
    HubError full = MakeError(ErrorCode::kOverloaded, "the hub carries as many streams as it may");
    full.retry_after_ms = 1000;
    stream->End(When::kAtOnce, Refusal::kHubOverloaded, ToStatus(full));
  } else {
    // The keys may have changed since it was admitted.
    stream->OnKeysChanged();
  }
  stream->GoOn();
  return stream.get();
}

// ---- What comes in

void PublishStream::OnReadDone(bool ok) {
  if (ok) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      taking_ = true;
    }
    if (!ReadFrom(read_, request_)) {
      End(When::kAtOnce, Refusal::kBadRequest,
          ToStatus(BadRequest("the bytes are not the request that this method takes")));
    } else if (const std::optional<HubError> fault = FaultInRequest()) {
      End(When::kAtOnce, Refusal::kBadRequest, ToStatus(*fault));
    } else {
      if (!producer_) Open();
      TakeItems();
      // What a stream keeps for its next request is small, however large one was.
      if (read_.Length() > kRequestBytesKept) v1::PublishStreamRequest().Swap(&request_);
    }
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reading_ = taking_ = false;
    if (!ok) read_ended_ = true;
  }
  GoOn();
}

std::optional<HubError> PublishStream::FaultInRequest() const {
  if (request_.has_open() != (producer_ == nullptr)) {
    return BadRequest(producer_ ? "open comes in the first message only"
                                : "open is missing in the first message");
  }
  const std::size_t bytes = request_.open().producer().size();
  if (request_.has_open() && bytes != 0 && bytes != kProducerBytes) {
    return BadRequest(absl::StrCat("open.producer has ", bytes, " bytes, not ", kProducerBytes));
  }
  const int items = request_.items_size();
  if (items <= static_cast<int>(kStreamWindowItems)) return std::nullopt;
  return MakeError(ErrorCode::kTooLarge,
                   absl::StrCat("items has ", items, ", the most is ", kStreamWindowItems));
}

void PublishStream::Open() {
  const std::string& bytes = request_.open().producer();
  const std::string caller(caller_.name());
  StreamProducerId id;
  if (!bytes.empty()) {
    id = world_.gateway.ProducerNamed(bytes, caller);
    key_ = absl::StrCat(caller.size(), ":", caller, bytes);
  }
  producer_ = world_.producers.Find(key_, id, std::chrono::steady_clock::now());
  v1::PublishStreamOpened opened;
  opened.set_settled_up_to(producer_->BeginStream(self_));
  opened.set_instance(world_.gateway.instance());
  opened.set_window_items(kStreamWindowItems);
  opened.set_window_bytes(kStreamWindowBytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  opened_ = std::move(opened);
}

void PublishStream::TakeItems() {
  std::vector<StreamItem> items;
  std::vector<ItemOutcome> acks;
  std::vector<ItemOutcome> refused;
  items.reserve(static_cast<std::size_t>(request_.items_size()));
  std::size_t bytes = 0;
  for (v1::PublishItem& item : *request_.mutable_items()) {
    if (item.number() == 0 || item.number() == UINT64_MAX) {
      acks.push_back({item.number(), 0, BadRequest("number is missing, or has no next one")});
      continue;
    }
    if (auto known = producer_->Take(item.number(), *this)) {
      if (known->answer) acks.push_back({item.number(), 0, *std::move(known->answer)});
      continue;
    }
    if (auto fault = FaultIn(item, caller_)) {
      refused.push_back({item.number(), 0, *std::move(fault)});
      continue;
    }
    const std::uint32_t size = BytesOf(item);
    bytes += size;
    items.push_back({item.number(), std::move(*item.mutable_room()),
                     TakeContent(*item.mutable_publication()), size});
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_ += static_cast<std::size_t>(request_.items_size());
    bytes_ += bytes;
    if (request_.ack_credits() > 0) {
      ack_credits_ = ack_credits_.value_or(0) + request_.ack_credits();
    }
    acks_.insert(acks_.end(), std::make_move_iterator(acks.begin()),
                 std::make_move_iterator(acks.end()));
  }
  if (!refused.empty()) producer_->OnOutcomes(std::move(refused));
  if (!items.empty()) {
    world_.gateway.PublishItems(std::move(items), producer_->id(), producer_);
  }
}

// ---- What becomes of it

void PublishStream::OnAcks(std::vector<ItemOutcome> acks) {
  bool rings = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Who has ended hears nothing; and after that the observer may be gone.
    if (finished_) return;
    for (const ItemOutcome& outcome : acks) {
      const auto* error = std::get_if<HubError>(&outcome.answer);
      if (error != nullptr) world_.observer.OnRefused(RefusalOf(*error));
    }
    if (acks_.empty()) {
      acks_ = std::move(acks);
    } else {
      acks_.insert(acks_.end(), std::make_move_iterator(acks.begin()),
                   std::make_move_iterator(acks.end()));
    }
    // Who writes, or takes items, looks again at its end.
    rings = !writing_ && !taking_ && !std::exchange(rung_, true);
  }
  if (rings) world_.pump->Ring(shared_from_this());
}

void PublishStream::OnPumped() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    rung_ = false;
  }
  GoOn();
}

void PublishStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
    if (!ok) cancelled_ = true;
  }
  GoOn();
}

std::size_t PublishStream::AcksToWrite() const {
  std::size_t count = std::min<std::size_t>(acks_.size() - acks_at_, kStreamWindowItems);
  // Who writes no more, or is not read any more, can give no more credit.
  if (ack_credits_ && !read_ended_ && !ending_) count = std::min<std::size_t>(count, *ack_credits_);
  return count;
}

PublishStream::Response PublishStream::TakeResponse() {
  Response response;
  if (opened_) {
    response.opened = std::exchange(opened_, std::nullopt);
    response.credits = kStreamWindowItems;
  }
  const std::size_t count = AcksToWrite();
  const auto first = acks_.begin() + static_cast<std::ptrdiff_t>(acks_at_);
  response.acks.assign(std::make_move_iterator(first),
                       std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
  response.credits += static_cast<std::uint32_t>(count);
  for (const ItemOutcome& outcome : response.acks) {
    bytes_ -= std::min<std::size_t>(bytes_, outcome.bytes);
  }
  items_ -= std::min(items_, count);
  if (ack_credits_) *ack_credits_ -= std::min<std::uint64_t>(*ack_credits_, count);
  acks_at_ += count;
  if (acks_at_ == acks_.size() || acks_at_ >= kStreamWindowItems) {
    acks_.erase(acks_.begin(), acks_.begin() + static_cast<std::ptrdiff_t>(acks_at_));
    acks_at_ = 0;
  }
  return response;
}

void PublishStream::Write(const Response& response) {
  auto& message = *google::protobuf::Arena::CreateMessage<v1::PublishStreamResponse>(&EmptyArena());
  if (response.opened) *message.mutable_opened() = *response.opened;
  for (const ItemOutcome& outcome : response.acks) ToProto(outcome, *message.add_acks());
  message.set_credits(response.credits);
  WriteTo(written_, message);
  StartWrite(&written_);
}

// ---- How it goes on, and ends

bool PublishStream::HasRoom() const {
  return items_ < kStreamWindowItems && bytes_ < kStreamWindowBytes;
}

bool PublishStream::MayFinish() const {
  if (writing_ || starting_ > 0 || finished_) return false;
  if (cancelled_ || (ending_ && ending_->when == When::kAtOnce)) return true;
  // What has been read is taken to its end.
  return (read_ended_ || ending_) && !taking_ && items_ == 0 && !opened_;
}

PublishStream::Next PublishStream::Decide() {
  Next next;
  if (finished_) return next;
  if (MayFinish()) {
    finished_ = next.finish = true;
    return next;
  }
  const bool over = cancelled_ || (ending_ && ending_->when == When::kAtOnce);
  if (!writing_ && !over && (opened_ || AcksToWrite() > 0)) {
    next.write = TakeResponse();
    writing_ = true;
    ++starting_;
  }
  if (!reading_ && !read_ended_ && !cancelled_ && !ending_ && HasRoom()) {
    reading_ = next.read = true;
    ++starting_;
  }
  return next;
}

void PublishStream::GoOn() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (Next next = Decide(); next.read || next.write || next.finish; next = Decide()) {
    lock.unlock();
    if (next.finish) {
      grpc::Status status = grpc::Status::OK;
      if (ending_) {
        status = ending_->status;
      } else if (cancelled_) {
        world_.observer.OnRefused(Refusal::kCancelled);
        status = grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away");
      }
      world_.observer.OnSettled("PublishStream", StatusName(status.error_code()));
      Finish(std::move(status));
      return;
    }
    if (next.write) Write(*next.write);
    if (next.read) StartRead(&read_);
    lock.lock();
    starting_ -= (next.read ? 1 : 0) + (next.write ? 1 : 0);
  }
}

void PublishStream::End(When when, Refusal refusal, grpc::Status status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (finished_ || (ending_ && ending_->when == When::kAtOnce)) return;
  if (!ending_) world_.observer.OnRefused(refusal);
  ending_ = Ending{when, std::move(status)};
}

void PublishStream::OnTakenOver() {
  End(When::kAtOnce, Refusal::kHubRefused,
      {grpc::StatusCode::ABORTED, "another stream of this producer has begun"});
  GoOn();
}

void PublishStream::OnHubStops() {
  End(When::kSettled, Refusal::kHubOverloaded, HubStops());
  GoOn();
}

void PublishStream::OnKeysChanged() {
  std::optional<TurnedAway> away = world_.admission.WhyNoMore(caller_, Role::kPublish);
  if (!away) return;
  End(When::kSettled, away->refusal, std::move(away->status));
  GoOn();
}

void PublishStream::OnCancel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
  }
  GoOn();
}

void PublishStream::OnDone() {
  world_.streams.Remove(*this);
  if (!key_.empty()) world_.producers.OnStreamEnded(key_, std::chrono::steady_clock::now());
  self_.reset();
}

}  // namespace roomcast::bridge
