// The command line's gRPC half: `roomcast publish`, `info`, `disconnect` and the others, as a
// backend would call them.
#ifndef ROOMCAST_BRIDGE_COMMAND_LINE_H_
#define ROOMCAST_BRIDGE_COMMAND_LINE_H_

#include <iosfwd>
#include <span>
#include <string_view>

namespace roomcast::bridge {

// What a script can tell apart. With anything but kDone, one line on the error stream says why.
enum class ExitCode : int {
  kDone = 0,
  // The hub said no, or said no for one room of a broadcast.
  kRefused = 1,
  // The command line makes no sense.
  kUsage = 2,
  // No hub answered in time. Whether a publication took effect is not known.
  kNotReached = 3,
};

// Whether `verb` is one of ours.
bool IsBridgeCommand(std::string_view verb);

// One line for each verb, for the program's help.
std::string_view BridgeCommandsHelp();

// `args` is what follows the verb. Blocks until the hub has answered or the time is up. The
// variables ROOMCAST_BRIDGE and ROOMCAST_BRIDGE_KEY stand in for --bridge and --key.
ExitCode RunBridgeCommand(std::string_view verb, std::span<const std::string_view> args,
                          std::ostream& out, std::ostream& err);
// On the process's own streams; the exit code as main() returns it.
int RunBridgeCommand(std::string_view verb, std::span<const std::string_view> args);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_COMMAND_LINE_H_
