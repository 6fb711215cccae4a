#include "server/token_command.h"

#include <chrono>
#include <iostream>
#include <optional>

#include "server/auth/token_mint.h"
#include "server/config_conversion.h"
#include "server/hub/stats_room.h"
#include "server/ops/config.h"
#include "server/ops/config_text.h"

namespace roomcast {
namespace {

constexpr int kUsage = 2;

// What the dashboard asks for: the hub's own figures.
std::vector<auth::RoomGrant> AdminGrants() {
  return {{std::string(hub::kStatsRoom), {.manage = true}}};
}

int Fail(std::string_view why) {
  std::cerr << "roomcast token: " << why << "\n";
  return kUsage;
}

// Takes `--ttl VALUE` out of the words, which are then serve's flags.
std::optional<std::uint64_t> TakeTtlMs(std::vector<std::string>& words) {
  std::string text = "1h";
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "--ttl") continue;
    text = words[i + 1];
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                words.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    break;
  }
  return ops::ParseNumber(ops::Unit::kMilliseconds, text);
}

// Takes `--admin` out of the words. True: it was there.
bool TakeAdmin(std::vector<std::string>& words) { return std::erase(words, "--admin") > 0; }

}  // namespace

int RunToken(const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with("--")) return Fail("whose? roomcast token USER");
  std::vector<std::string> flags(words.begin() + 1, words.end());
  const bool admin = TakeAdmin(flags);
  const auto ttl_ms = TakeTtlMs(flags);
  if (!ttl_ms) return Fail("--ttl takes a duration such as 1h");
  const auto sources = ops::ParseServeFlags(flags);
  if (!sources.ok()) return Fail(std::string(sources.status().message()));
  const auto config = ops::LoadConfig(*sources);
  if (!config.ok()) return Fail(std::string(config.status().message()));
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto token = auth::MintDevelopmentToken(
      config->auth().development_secret(), words.front(), now,
      std::chrono::seconds(static_cast<std::int64_t>(*ttl_ms / 1000)), TokenRulesFrom(*config),
      admin ? AdminGrants() : std::vector<auth::RoomGrant>{});
  if (!token) return Fail("it takes auth.development_secret, and a user that a token may name");
  std::cout << *token << "\n";
  return 0;
}

}  // namespace roomcast
