#include "server/token_for_backend.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/auth/token_mint.h"
#include "server/config_conversion.h"

namespace roomcast {

net::Operations::MintAnswer MintTokenAs(const v1::Config& config,
                                        const net::Operations::Wanted& wanted) {
  using std::chrono::seconds;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const seconds lifetime = wanted.lifetime > seconds(0) ? wanted.lifetime : std::chrono::hours(1);
  std::vector<auth::RoomGrant> rooms;
  for (const std::string& room : wanted.rooms) rooms.push_back({room, auth::kAllButManaging});
  auto token = auth::MintDevelopmentToken(config.auth().development_secret(), wanted.user, now,
                                          lifetime, TokenRulesFrom(config), rooms);
  if (!token) {
    return "it takes auth.development_secret, and a user and rooms that a token may name";
  }
  const auto expires_at = std::chrono::floor<seconds>(now) + lifetime;
  return net::Operations::Minted{
      *std::move(token),
      std::chrono::duration_cast<std::chrono::microseconds>(expires_at.time_since_epoch()).count()};
}

}  // namespace roomcast
