#ifndef ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_
#define ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "proto/protocol/instant.h"
#include "server/hub/courier.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/resume_mail.h"

namespace roomcast::hub {

// Where the sessions are whose ids name this shard: with a connection, on this shard or another, or
// parked here until the resume window is over. Parked sessions are bounded in number and in bytes;
// who was parked first goes first.
class SessionDirectory {
 public:
  SessionDirectory(const HubConfig& config, Courier& courier, Events& events);

  // A session of this shard begins; its id names this shard.
  void Add(const SessionNumber& number, const SessionKey& key, const SessionRef& holder);

  void OnTake(const TakeSession& take);
  void OnPark(ParkSession park, Now now);
  void OnEnd(const EndSession& end);

  void OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const;

  [[nodiscard]] std::size_t parked() const { return order_.size(); }
  [[nodiscard]] std::size_t parked_bytes() const { return parked_bytes_; }

 private:
  struct Parked {
    ParkedSession session;
    std::size_t bytes = 0;
    Instant until;
    std::list<SessionNumber>::iterator place;
  };
  // With its holder, or parked; never both.
  struct Entry {
    SessionKey key{};
    SessionRef holder;
    std::optional<SessionRef> asker;  // waits until the holder has given it back
    std::unique_ptr<Parked> parked;
  };
  struct NumberHash {
    // Random already, and made by this hub.
    std::size_t operator()(const SessionNumber& number) const { return number.high; }
  };

  void HandOver(const SessionNumber& number, Entry& entry, ParkedSession session);
  void Tell(const SessionRef& asker, const SessionNumber& number, ResumeOutcome outcome);
  ParkedSession Unpark(Entry& entry);
  void DropOldest(ParkedDrop reason);

  const Duration window_;
  const std::size_t parked_max_;
  const std::size_t parked_bytes_max_;
  Courier& courier_;
  Events& events_;
  std::unordered_map<SessionNumber, Entry, NumberHash> entries_;
  std::list<SessionNumber> order_;  // of the parked, the oldest first
  std::size_t parked_bytes_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_
