#ifndef ROOMCAST_SERVER_NET_OPERATIONS_H_
#define ROOMCAST_SERVER_NET_OPERATIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace roomcast::net {

// What can be asked of the hub as a process, by a signal or by a backend. Any thread; nothing here
// blocks.
class Operations {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // What a config that was read again came to: the paths of settings.
  struct Reloaded {
    std::vector<std::string> changed;
    std::vector<std::string> needs_restart;
  };
  // Or why nothing was changed.
  using ReloadAnswer = std::variant<Reloaded, std::string>;
  using ReloadDone = absl::AnyInvocable<void(ReloadAnswer) &&>;

  // A token for trying things.
  struct Wanted {
    std::string user;
    std::chrono::seconds lifetime{};  // 0: the usual one
    std::vector<std::string> rooms;   // that it opens beyond what the config allows
  };
  struct Minted {
    std::string token;
    std::int64_t expires_at_us = 0;  // Unix time
  };
  // Or why there is none.
  using MintAnswer = std::variant<Minted, std::string>;
  using MintDone = absl::AnyInvocable<void(MintAnswer) &&>;

  virtual ~Operations() = default;

  // Sends every client elsewhere and ends the process, as SIGTERM does. nullopt: as configured.
  // Answers with the time until what is left is closed; once it has begun, again changes nothing.
  virtual Milliseconds Drain(std::optional<Milliseconds> notice,
                             std::optional<Milliseconds> spread) = 0;

  // Reads the config again and applies what can change, all of it or nothing, as SIGHUP does. With
  // `dry_run` it says only what would change. `done` is called once, on another thread.
  virtual void Reload(bool dry_run, ReloadDone done) = 0;

  // Makes a token with the development secret. `done` is called once, on another thread.
  virtual void MintToken(Wanted wanted, MintDone done) = 0;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_OPERATIONS_H_
