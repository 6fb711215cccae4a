#include "bridge/command_line.h"

#include <array>
#include <iostream>

#include "bridge/command.h"
#include "bridge/command_flags.h"

namespace roomcast::bridge {
namespace {

constexpr std::string_view kHelp =
    R"(  publish ROOM TEXT          put a message into a room; TEXT `-` reads it from standard input
  broadcast TEXT ROOM...     put the same message into many rooms
  info                       what the hub is and how busy it is
  join USER ROOM [--keep]    makes a user's sessions members of a room; --keep: later ones too
  leave USER ROOM            takes them out again [--code 2000] [--reason TEXT]
  disconnect user|session|room NAME
                             ends connections [--code 3503] [--reason TEXT] [--retry-after SECONDS]
  trim ROOM --keep-last N | --up-to EPOCH:OFFSET | --restart
                             drops what a room keeps
  drain                      sends every client elsewhere and ends the hub
                             [--notice SECONDS] [--spread SECONDS]
  reload [--dry-run]         reads the hub's config again
  watch ROOM... [--prefix NAMESPACE:]
                             prints publications as they come, through cuts of the connection
                             [--last N] [--since EPOCH:OFFSET] [--count N] [--lifecycle]
  history ROOM               what a room keeps [--since P] [--before P] [--limit N] [--reverse]
  presence ROOM...           who is in a room; of several, how many
  rooms [PREFIX]             rooms with members or a history [--members-min N] [--limit N]
  sessions                   who is connected, where, and how well
                             [--user U] [--room R] [--session ID] [--limit N]
    --bridge HOST:PORT       where the bridge is (ROOMCAST_BRIDGE; 127.0.0.1:8081)
    --key KEY, --key-file F  the bearer key (ROOMCAST_BRIDGE_KEY)
    --ca FILE                speak TLS, and believe in these certificates (ROOMCAST_BRIDGE_CA)
    --cert F, --cert-key F   show a certificate of one's own (ROOMCAST_BRIDGE_CERT, _CERT_KEY)
    --timeout SECONDS        give up after so long (5)
    --json                   answer in JSON
    --type T, --encoding text|json|bytes, --publication-key K, --user U,
    --idempotency-key K, --ephemeral
                             of the message
  exit codes: 0 done, 1 refused by the hub, 2 bad command line, 3 no hub answered
)";

struct Verb {
  std::string_view name;
  ExitCode (*run)(Command& command);
};
constexpr std::array kVerbs = {
    Verb{"publish", PublishCommandLine},
    Verb{"broadcast", BroadcastCommandLine},
    Verb{"info", InfoCommandLine},
    Verb{"join", JoinCommandLine},
    Verb{"leave", LeaveCommandLine},
    Verb{"trim", TrimCommandLine},
    Verb{"disconnect", DisconnectCommandLine},
    Verb{"drain", DrainCommandLine},
    Verb{"reload", ReloadCommandLine},
    Verb{"watch", WatchCommandLine},
    Verb{"history", HistoryCommandLine},
    Verb{"presence", PresenceCommandLine},
    Verb{"rooms", RoomsCommandLine},
    Verb{"sessions", SessionsCommandLine},
};

const Verb* Find(std::string_view name) {
  for (const Verb& verb : kVerbs) {
    if (verb.name == name) return &verb;
  }
  return nullptr;
}

}  // namespace

bool IsBridgeCommand(std::string_view verb) { return Find(verb) != nullptr; }

std::string_view BridgeCommandsHelp() { return kHelp; }

ExitCode RunBridgeCommand(std::string_view verb, std::span<const std::string_view> args,
                          std::ostream& out, std::ostream& err) {
  const absl::StatusOr<CommandFlags> flags = ParseFlags(args);
  if (!flags.ok()) {
    err << "roomcast " << verb << ": " << flags.status().message() << "\n";
    return ExitCode::kUsage;
  }
  if (flags->help) {
    out << kHelp;
    return ExitCode::kDone;
  }
  Command command(verb, *flags, out, err);
  if (const Verb* found = Find(verb)) return found->run(command);
  err << "roomcast: no command " << verb << "\n";
  return ExitCode::kUsage;
}

int RunBridgeCommand(std::string_view verb, std::span<const std::string_view> args) {
  return static_cast<int>(RunBridgeCommand(verb, args, std::cout, std::cerr));
}

}  // namespace roomcast::bridge
