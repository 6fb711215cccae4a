#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_PRESENCE_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_PRESENCE_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client-wasm/core/effects.h"
#include "server/hub/presence.h"
#include "tests/simulation/judge.h"

namespace roomcast::simulation {

// I6: presence converges to the set of live users. Keeps what each application is shown, as the
// SDK's presence object does, and compares it with what the hub shows, and that with who is there.
class PresenceCheck {
 public:
  // Users that are in a room, each with the number of its sessions.
  using Present = std::map<std::string, std::uint32_t>;

  PresenceCheck(std::size_t clients, std::size_t rooms, Judge& judge)
      : rooms_(rooms), judge_(judge), views_(clients * rooms) {}

  void OnPresence(ClientIndex client, std::size_t room, const client::RoomPresence& presence);
  void OnLeft(ClientIndex client, std::size_t room) { At(client, room) = {}; }

  // What differs; empty: nothing.
  [[nodiscard]] static std::string Difference(const Present& there,
                                              const hub::PresenceState& shown);
  [[nodiscard]] std::string Difference(ClientIndex client, std::size_t room,
                                       PresenceInterest interest,
                                       const hub::PresenceState& shown) const;

 private:
  struct User {
    std::uint32_t sessions = 0;
    std::string data;
  };
  struct View {
    bool whole = false;
    std::map<std::string, User, std::less<>> users;
    std::uint32_t user_count = 0;
    std::uint32_t session_count = 0;
  };
  View& At(ClientIndex client, std::size_t room) { return views_[client * rooms_ + room]; }
  static void Put(View& view, const PresenceUser& user);

  std::size_t rooms_;
  Judge& judge_;
  std::vector<View> views_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_PRESENCE_CHECK_H_
