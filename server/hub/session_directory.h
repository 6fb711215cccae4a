#ifndef ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_
#define ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "proto/protocol/instant.h"
#include "proto/protocol/siphash.h"
#include "server/hub/courier.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/resume_mail.h"
#include "server/hub/tallies.h"
#include "server/hub/user_mail.h"

namespace roomcast::hub {

// Where the sessions are whose ids name this shard: with a connection, on this shard or another, or
// parked here until the resume window is over. Parked sessions are bounded in number and in bytes;
// who was parked first goes first.
class SessionDirectory {
 public:
  SessionDirectory(const HubConfig& config, Courier& courier, Tallies& tallies, Events& events);

  // A session of this shard begins; its id names this shard.
  void Add(const SessionNumber& number, const SessionKey& key, const SessionRef& holder);

  void OnTake(const TakeSession& take);
  void OnPark(ParkSession park, Now now);
  void OnEnd(const EndSession& end);

  // A backend's orders: one session ends, and with a code that says stop it never comes back; a
  // user's parked sessions are let go.
  void OnEndByOrder(const EndOneSession& order, Now now);
  void OnForgetParked(const ForgetParked& order);
  // Where its connection is, or was last heard to be; nullopt: there is no such session, or it is
  // parked.
  [[nodiscard]] std::optional<SessionRef> HolderOf(const SessionNumber& number) const;

  // From the first session after `after` on (none: from the first of all), at most so many.
  [[nodiscard]] DirectoryPage List(const std::optional<SessionNumber>& after,
                                   const SessionFilter& filter, std::size_t most) const;
  // One; nullopt: there is none such.
  [[nodiscard]] std::optional<DirectoryEntry> Look(const SessionNumber& number,
                                                   const SessionFilter& filter) const;

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
    std::optional<SessionRef> asker;    // waits until the holder has given it back
    Instant asked_at = Instant::min();  // of the newest connection that asked for it
    std::unique_ptr<Parked> parked;
  };
  // As ids are ordered as text.
  struct ByNumber {
    bool operator()(const SessionNumber& a, const SessionNumber& b) const {
      return std::tie(a.home, a.high, a.low) < std::tie(b.home, b.high, b.low);
    }
  };
  struct NumberHash {
    // Random already, and made by this hub.
    std::size_t operator()(const SessionNumber& number) const { return number.high; }
  };

  struct Ended {
    Instant until;
    SessionNumber number;
  };
  // Sessions that were ended for good, as long as somebody may come for them.
  static constexpr std::size_t kEndedMax = 10'000;

  static DirectoryEntry ToEntry(const SessionNumber& number, const Entry& entry,
                                const SessionFilter& filter);
  void RememberEnded(const SessionNumber& number, Now now);
  void HandOver(const SessionNumber& number, Entry& entry, ParkedSession session);
  void Tell(const SessionRef& asker, const SessionNumber& number, ResumeOutcome outcome);
  ParkedSession Unpark(Entry& entry);
  void DropOldest(ParkedDrop reason);

  const HubConfig& config_;
  Courier& courier_;
  Tallies& tallies_;
  Events& events_;
  std::map<SessionNumber, Entry, ByNumber> entries_;
  std::list<SessionNumber> order_;  // of the parked, the oldest first
  std::size_t parked_bytes_ = 0;
  // By user: views of what Parked holds.
  std::unordered_multimap<std::string_view, SessionNumber, KeyedHash> parked_of_;
  std::deque<Ended> ended_;  // the oldest first
  std::unordered_set<SessionNumber, NumberHash> ended_numbers_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_DIRECTORY_H_
