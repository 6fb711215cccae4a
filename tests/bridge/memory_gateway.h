// A hub of a few lines: offsets that rise by room, and completions that can be held back.
#ifndef ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_
#define ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bridge/room_gateway.h"

namespace roomcast::bridge {

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
  std::map<std::string, std::uint64_t> offsets_;
  std::map<std::string, HubError> refused_;
  std::optional<std::vector<Held>> held_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_TESTS_BRIDGE_MEMORY_GATEWAY_H_
