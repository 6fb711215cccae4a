// A hub of a few lines: offsets that rise by room, and completions that can be held back.
#ifndef ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_
#define ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/room_gateway.h"

namespace roomcast::bridge {

// The hub's end of a Watch, as a test sees it. Thread-safe.
class MemoryFeed final : public WatchFeed {
 public:
  explicit MemoryFeed(std::weak_ptr<WatchListener> listener) : listener_(std::move(listener)) {}

  bool Ask(WatchOrder order) override;
  Taken Take() override;
  void Close() override;

  // The hub says this.
  void Say(const std::string& encoded);
  void End(const HubError& why);
  // After so many orders no other one is taken, until Ask() may say yes again.
  void HoldBackAfter(std::size_t orders);
  void GoOn();
  // Block until so many orders have come, or it is closed.
  std::vector<WatchOrder> WaitForOrders(std::size_t count);
  void WaitForClose();
  // It is cut while it is being closed.
  void CutWhenClosed();
  [[nodiscard]] bool was_used_after_close();

 private:
  void Tell();

  const std::weak_ptr<WatchListener> listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WatchOrder> orders_;
  std::size_t hold_back_after_ = SIZE_MAX;
  bool asks_again_ = false;
  std::vector<std::string> said_;
  std::optional<HubError> end_;
  bool closed_ = false;
  bool cut_when_closed_ = false;
  bool used_after_close_ = false;
};

// Thread-safe.
class MemoryGateway final : public RoomGateway {
 public:
  void Publish(PublishCommand command, Done<PublishOutcome> done) override;
  void GetInfo(Deadline not_after, Done<HubInfo> done) override;
  [[nodiscard]] std::string instance() const override { return "instance-1"; }
  [[nodiscard]] StreamProducerId ProducerNamed(const std::string& bytes,
                                               const std::string& caller) const override;
  // Answered at once, one by one; those of a room that is held when it is let go.
  void PublishItems(std::vector<StreamItem> items, const StreamProducerId& producer,
                    std::shared_ptr<ItemSink> sink) override;
  void HoldRoom(const std::string& room);
  void LetGoRoom(const std::string& room);
  // Items that came in, as `room/number=data`.
  std::vector<std::string> items();
  void WaitForItems(std::size_t count);

  // Noted in words, as in `join ada chat:1 keep`, and answered at once.
  void JoinUser(JoinUserCommand command, Done<SessionCount> done) override;
  void LeaveUser(LeaveUserCommand command, Done<SessionCount> done) override;
  void Disconnect(DisconnectCommand command, Done<SessionCount> done) override;
  void TrimHistory(TrimHistoryCommand command, Done<TrimOutcome> done) override;
  void Drain(DrainCommand command, Done<DrainOutcome> done) override;
  void ReloadConfig(bool dry_run, Done<ReloadOutcome> done) override;
  void MintToken(MintTokenCommand command, Done<MintedToken> done) override;

  // In memory_gateway_reads.cc: one page of what a room holds, which is always the same.
  void GetHistory(HistoryQuery query, Done<HistoryOutcome> done) override;
  void GetPresence(PresenceQuery query, Done<PresenceOutcome> done) override;
  void GetPresenceCounts(std::vector<std::string> rooms, Deadline not_after,
                         Done<PresenceCounts> done) override;
  // 600 rooms `room-000` and on, 250 a page; 3 sessions of ada's.
  void ListRooms(RoomsQuery query, std::string after, Deadline not_after,
                 Done<ListPage<RoomFacts>> done) override;
  void ListSessions(SessionsQuery query, std::string after, Deadline not_after,
                    Done<ListPage<SessionFacts>> done) override;
  std::variant<std::shared_ptr<WatchFeed>, HubError> OpenWatch(
      std::weak_ptr<WatchListener> listener) override;
  // The stream that was opened last; blocks until there is one.
  std::shared_ptr<MemoryFeed> WaitForFeed();
  // What a publish into this room is answered with from now on.
  void RefuseRoom(const std::string& room, HubError error);
  // Publishes wait until Release; it answers them, the last one first.
  void Hold();
  void Release();

  // Blocks until so many publishes have come in.
  void WaitForPublishes(std::size_t count);
  std::vector<PublishCommand> publishes();
  std::vector<std::string> orders();

 private:
  void Note(std::string order);
  Answer<PublishOutcome> Take(const PublishCommand& command);

  struct Held {
    Answer<PublishOutcome> answer;
    Done<PublishOutcome> done;
  };

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<PublishCommand> publishes_;
  std::vector<std::string> orders_;
  struct HeldItem {
    std::shared_ptr<ItemSink> sink;
    ItemOutcome outcome;
  };
  std::vector<std::string> items_;
  std::map<std::string, std::vector<HeldItem>> held_items_;
  std::shared_ptr<MemoryFeed> feed_;
  std::map<std::string, std::uint64_t> offsets_;
  std::map<std::string, HubError> refused_;
  std::optional<std::vector<Held>> held_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_
