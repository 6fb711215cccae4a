// A list on its way: a page from the hub, a message to the caller, the next page. So a caller that
// reads slowly costs one page.
#ifndef ROOMCAST_BRIDGE_LIST_STREAM_H_
#define ROOMCAST_BRIDGE_LIST_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "bridge/hub_status.h"
#include "bridge/read_gateway.h"
#include "bridge/read_request.h"
#include "bridge/unary_call.h"
#include "bridge/watch_stream.h"

namespace roomcast::bridge {

// Keeps itself alive until gRPC is done with it. Thread-safe.
template <class Response, class Facts>
class ListStream final : public grpc::ServerWriteReactor<Response>,
                         public OpenStream,
                         public PumpedStream,
                         public std::enable_shared_from_this<ListStream<Response, Facts>> {
 public:
  struct Plan {
    std::string_view method;  // a literal
    // Asks the hub for the page after this name or id.
    std::function<void(std::string after, Done<ListPage<Facts>> done)> ask;
    std::string after;
    std::uint32_t limit = 0;  // 0: all
  };
  static ListStream* Begin(Plan plan, const StreamWorld& world) {
    std::shared_ptr<ListStream> list(new ListStream(std::move(plan), world));
    list->self_ = list;
    static_cast<void>(list->world_.open_streams.Add(*list));
    list->Ask(list->plan_.after);
    return list.get();
  }
  // The reactor of a call that is turned away.
  static ListStream* Refuse(std::string_view method, Refusal refusal, const grpc::Status& status,
                            const StreamWorld& world) {
    std::shared_ptr<ListStream> list(new ListStream({method, {}, {}, 0}, world));
    list->self_ = list;
    const std::lock_guard lock(list->mutex_);
    list->EndWith(refusal, status);
    return list.get();
  }

  // A list is soon over.
  void OnKeysChanged() override {}
  // Called under the lock of OpenStreams, which is taken within ours at the end.
  void OnHubStops() override {
    hub_stops_.store(true);
    world_.pump->Ring(this->shared_from_this());
  }

 private:
  ListStream(Plan plan, const StreamWorld& world)
      : plan_(std::move(plan)), world_(world), left_(plan_.limit == 0 ? UINT64_MAX : plan_.limit) {}

  void Ask(std::string after) {
    plan_.ask(std::move(after), [self = this->shared_from_this()](Answer<ListPage<Facts>> page) {
      {
        const std::lock_guard lock(self->page_mutex_);
        self->page_ = std::move(page);
      }
      // Not on the shard's thread.
      self->world_.pump->Ring(self);
    });
  }

  void OnPumped() override {
    std::optional<Answer<ListPage<Facts>>> page;
    {
      const std::lock_guard lock(page_mutex_);
      page = std::exchange(page_, std::nullopt);
    }
    std::string after;
    {
      const std::lock_guard lock(mutex_);
      if (hub_stops_.load()) {
        return EndWith(std::nullopt, {grpc::StatusCode::UNAVAILABLE, "the hub stops"});
      }
      if (ended_ || !page) return;
      if (const auto* error = std::get_if<HubError>(&*page)) {
        return EndWith(RefusalOf(*error), ToStatus(*error));
      }
      if (!Write(std::get<ListPage<Facts>>(*page))) return;
      after = after_;
    }
    Ask(std::move(after));
  }

  // True: there was nothing to write, and more is to be asked for.
  bool Write(const ListPage<Facts>& page) {
    response_.Clear();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(page.items.size(), left_));
    for (std::size_t i = 0; i < count; ++i) AddItem(page.items[i], response_);
    left_ -= count;
    const bool cut = count < page.items.size();
    after_ = cut ? KeyOf(page.items[count - 1]) : page.reached;
    const bool more = cut || page.more;
    if (more) response_.set_next_page_token(after_);
    if (more && left_ > 0) {
      if (count > 0) this->StartWrite(&response_);
      return count == 0;
    }
    ended_ = true;
    Leave(std::nullopt, grpc::StatusCode::OK);
    this->StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    return false;
  }

  void OnWriteDone(bool ok) override {
    std::string after;
    {
      const std::lock_guard lock(mutex_);
      if (ended_ || !ok) return;
      after = after_;
    }
    Ask(std::move(after));
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    EndWith(Refusal::kCancelled, {grpc::StatusCode::CANCELLED, "the caller went away"});
  }
  void OnDone() override { const std::shared_ptr<ListStream> self = std::move(self_); }

  void EndWith(std::optional<Refusal> refusal, grpc::Status status) {
    if (std::exchange(ended_, true)) return;
    Leave(refusal, status.error_code());
    this->Finish(std::move(status));
  }
  // Done with others first: after Finish the server may be gone.
  void Leave(std::optional<Refusal> refusal, grpc::StatusCode code) {
    world_.open_streams.Remove(*this);
    if (refusal) world_.observer.OnRefused(*refusal);
    world_.observer.OnSettled(plan_.method, StatusName(code));
  }

  const Plan plan_;
  const StreamWorld world_;
  std::shared_ptr<ListStream> self_;
  std::atomic<bool> hub_stops_{false};

  std::mutex page_mutex_;  // which the shard takes too, so that nobody calls gRPC under it
  std::optional<Answer<ListPage<Facts>>> page_;

  std::mutex mutex_;  // of the rest
  bool ended_ = false;
  std::uint64_t left_;
  std::string after_;
  Response response_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_LIST_STREAM_H_
