// The program: what it is told in words, and which part does it.
#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/command_line.h"
#include "client-wasm/native/watch.h"
#include "server/ops/config.h"
#include "server/serve.h"
#include "server/token_command.h"

namespace {

constexpr int kUsage = 2;

int Help(std::ostream& out, int code) {
  out << "Roomcast: a real-time rooms server. roomcast VERB\n\n"
         "  serve                      run a hub until Ctrl-C; the log is on stderr\n"
      << roomcast::ops::ServeFlagsHelp()
      << "  token USER [--ttl 1h]      a token for a hub with these flags of serve; --admin: it "
         "opens the\n"
         "                             dashboard\n"
      << roomcast::client::WatchHelp() << roomcast::bridge::BridgeCommandsHelp()
      << "  version                    " << ROOMCAST_VERSION << "\n";
  return code;
}

// Through the public door, as browsers come; else as a backend.
bool AsMember(const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(), [](std::string_view word) {
    return word.starts_with("--url") || word.starts_with("--token");
  });
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return Help(std::cerr, kUsage);
  const std::string_view verb = words[1];
  const std::vector<std::string_view> rest(words + 2, words + count);
  if (verb == "help" || verb == "--help" || verb == "-h") return Help(std::cout, 0);
  if (verb == "version" || verb == "--version") {
    std::cout << ROOMCAST_VERSION << "\n";
    return 0;
  }
  const std::vector<std::string> flags(rest.begin(), rest.end());
  if (verb == "serve") return roomcast::RunServe(flags);
  if (verb == "token") return roomcast::RunToken(flags);
  if (verb == "watch" && AsMember(rest)) return roomcast::client::RunWatch(rest);
  if (roomcast::bridge::IsBridgeCommand(verb)) {
    return roomcast::bridge::RunBridgeCommand(verb, rest);
  }
  std::cerr << "roomcast: there is no verb " << verb << "; roomcast help lists them\n";
  return kUsage;
}
