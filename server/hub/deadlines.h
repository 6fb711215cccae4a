#ifndef ROOMCAST_SERVER_HUB_DEADLINES_H_
#define ROOMCAST_SERVER_HUB_DEADLINES_H_

#include <cstdint>
#include <queue>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/session.h"

namespace roomcast::hub {

// When to look at which session next. A session is looked at at one moment, session.look_at;
// whether anything is due then is its own question, so a sign of life costs nothing here.
class Deadlines {
 public:
  struct Look {
    Instant at;
    std::uint32_t session = 0;
    std::uint32_t use = 0;
    friend bool operator>(const Look& a, const Look& b) {
      if (a.at != b.at) return a.at > b.at;
      if (a.session != b.session) return a.session > b.session;
      return a.use > b.use;
    }
  };

  // Instead of any other moment.
  void Schedule(Session& session, Instant at) {
    session.look_at = at;
    looks_.push({at, session.ref.index, session.ref.use});
  }
  [[nodiscard]] Instant Next() const { return looks_.empty() ? kNever : looks_.top().at; }
  // Takes the next one that is due; false: none is. It counts only if session.look_at is look.at.
  bool Take(Instant now, Look& look) {
    if (looks_.empty() || looks_.top().at > now) return false;
    look = looks_.top();
    looks_.pop();
    return true;
  }

 private:
  std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_DEADLINES_H_
