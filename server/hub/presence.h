#ifndef ROOMCAST_SERVER_HUB_PRESENCE_H_
#define ROOMCAST_SERVER_HUB_PRESENCE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/room_messages.h"

namespace roomcast::hub {

// How a namespace's rooms show who is there.
struct PresenceConfig {
  PresenceInterest mode = PresenceInterest::kNone;
  Duration grace = kPresenceGrace;
  std::size_t members_max = kPresenceMembers;
};

// One user, as it is shown.
struct PresentUser {
  std::string user;
  std::uint32_t sessions = 0;
  std::string data;
};

// Who is there, or the first of them: `version` and the counts are of all.
struct PresenceState {
  std::uint64_t version = 0;
  std::vector<PresentUser> users;
  std::uint32_t user_count = 0;
  std::uint32_t session_count = 0;
  bool more = false;  // users follow the last of these
};

// What changed since `version` - 1. Where the version jumped further, more has changed than can be
// said, and who wants to know asks anew.
struct PresenceChange {
  std::uint64_t version = 0;
  std::vector<PresentUser> joins;
  std::vector<std::string> leaves;
  std::vector<PresentUser> updates;
  std::uint32_t user_count = 0;
  std::uint32_t session_count = 0;
};

// Who is in one room, by user. A user whose last session is lost is shown for the grace period
// longer, so that a reload does not flicker. Changes are joined: there is at most one in 100 ms,
// however many come and go. Above the maximum of users, only their number is shown.
// Not thread-safe; reads no clock.
class RoomPresence {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(100);
  // A change that would be larger is a jump of the version instead.
  static constexpr std::size_t kChangeBytesMax = 32 * 1024;

  explicit RoomPresence(const PresenceConfig& config) : config_(config) {}

  // Who follows it asks anew.
  void Reconfigure(const PresenceConfig& config) {
    config_ = config;
    changed_ = unmarked_ = true;
  }

  // A session of the user joins. Data that is not empty becomes the user's.
  void Join(std::string_view user, std::string_view data);
  // A session of the user has left: for good, or it was lost and may come back within the grace.
  void Leave(std::string_view user, bool for_good, Now now);
  // False: the user is not there.
  bool Update(std::string_view user, std::string_view data);

  // From the first user after `after`, by name: at most so many, and so many bytes of them.
  [[nodiscard]] PresenceState Read(std::string_view after, std::size_t users_max,
                                   std::size_t bytes_max) const;

  // What is due: the end of graces, and a change to be told, if there is one.
  std::optional<PresenceChange> OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const;

  // Only numbers are shown: by the config, or because there are too many users.
  [[nodiscard]] bool counts_only() const {
    return config_.mode != PresenceInterest::kMembers || users_.size() > config_.members_max;
  }

 private:
  struct User {
    std::uint32_t sessions = 0;  // that are there now
    std::string data;
    Instant gone_at = kNever;  // where sessions is 0
    [[nodiscard]] std::uint32_t shown() const { return sessions == 0 ? 1 : sessions; }
  };
  enum class Mark { kJoined, kUpdated, kLeft };
  using Users = std::map<std::string, User, std::less<>>;

  void Note(const std::string& user, Mark mark);
  void Remove(Users::iterator user);
  PresenceChange MakeChange();

  PresenceConfig config_;
  Users users_;
  std::uint32_t sessions_shown_ = 0;
  struct Departure {
    Instant at;
    std::string user;
  };
  std::deque<Departure> departures_;  // by rising time; out of date where the user came back
  // Since the last change was told.
  bool changed_ = false;
  std::map<std::string, Mark, std::less<>> marks_;
  std::size_t marked_bytes_ = 0;
  bool unmarked_ = false;  // more has changed than is marked
  bool told_counts_only_ = false;
  std::uint64_t version_ = 1;
  Instant not_before_{};
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_PRESENCE_H_
