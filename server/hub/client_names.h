#ifndef ROOMCAST_SERVER_HUB_CLIENT_NAMES_H_
#define ROOMCAST_SERVER_HUB_CLIENT_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/hub/session_facts.h"

namespace roomcast::hub {

// What client software the sessions of a shard run. There are few kinds, so a session keeps a
// number; clients that name themselves differently each time share the last one.
class ClientNames {
 public:
  static constexpr std::size_t kKindsMax = 256;

  ClientNames() : kinds_(1) {}

  std::uint16_t NumberOf(std::string_view name, std::string_view version) {
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i].name == name && kinds_[i].version == version) {
        return static_cast<std::uint16_t>(i);
      }
    }
    if (kinds_.size() == kKindsMax) return kKindsMax - 1;
    kinds_.push_back(kinds_.size() + 1 == kKindsMax
                         ? ClientSoftware{"other", {}}
                         : ClientSoftware{std::string(name), std::string(version)});
    return static_cast<std::uint16_t>(kinds_.size() - 1);
  }
  [[nodiscard]] const ClientSoftware& At(std::uint16_t number) const { return kinds_[number]; }

 private:
  std::vector<ClientSoftware> kinds_;  // the first: it did not say
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_CLIENT_NAMES_H_
