// `roomcast join`, `leave`, `disconnect`, `trim`, `drain` and `reload`.
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bridge/command.h"

namespace roomcast::bridge {
namespace {

// What was not given is left as it is.
bool ReadNumber(const std::string& text, std::uint32_t& value) {
  return text.empty() || absl::SimpleAtoi(text, &value);
}

bool ReadSeconds(const std::string& text, std::uint32_t& milliseconds) {
  double seconds = 0;
  if (text.empty()) return true;
  if (!absl::SimpleAtod(text, &seconds) || !(seconds >= 0) || seconds > 4'000'000) return false;
  milliseconds = static_cast<std::uint32_t>(seconds * 1000);
  return true;
}

std::string Sessions(std::uint32_t count) {
  return absl::StrCat(count, count == 1 ? " session" : " sessions");
}

bool ReadWho(const std::vector<std::string>& words, v1::DisconnectRequest& request) {
  if (words.size() != 2) return false;
  if (words[0] == "user") request.set_user(words[1]);
  if (words[0] == "session") request.set_session(words[1]);
  if (words[0] == "room") request.set_room(words[1]);
  return request.who_case() != v1::DisconnectRequest::WHO_NOT_SET;
}

bool ReadHow(const CommandFlags& flags, v1::TrimHistoryRequest& request) {
  if (!flags.keep_last.empty() + !flags.up_to.empty() + flags.restart != 1) return false;
  if (flags.restart) {
    request.set_restart(true);
    return true;
  }
  if (!flags.keep_last.empty()) {
    std::uint32_t count = 0;
    if (!ReadNumber(flags.keep_last, count)) return false;
    request.set_keep_last(count);
    return true;
  }
  const std::vector<std::string> parts = absl::StrSplit(flags.up_to, ':');
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &epoch) ||
      !absl::SimpleAtoi(parts[1], &offset)) {
    return false;
  }
  request.mutable_up_to()->set_epoch(epoch);
  request.mutable_up_to()->set_offset(offset);
  return true;
}

}  // namespace

ExitCode JoinCommandLine(Command& command) {
  if (command.words().size() != 2) return command.Usage("give a user and a room");
  v1::JoinUserRequest request;
  request.set_user(command.words()[0]);
  request.set_room(command.words()[1]);
  request.set_keep(command.flags().keep);
  return command.Ask(&v1::Bridge::Stub::JoinUser, request, v1::JoinUserResponse(),
                     [&](const auto& response) {
                       command.out() << Sessions(response.sessions()) << " in the room\n";
                     });
}

ExitCode LeaveCommandLine(Command& command) {
  if (command.words().size() != 2) return command.Usage("give a user and a room");
  v1::LeaveUserRequest request;
  request.set_user(command.words()[0]);
  request.set_room(command.words()[1]);
  request.set_reason(command.flags().reason);
  std::uint32_t code = 0;
  if (!ReadNumber(command.flags().code, code)) return command.Usage("--code must be a number");
  request.set_code(code);
  return command.Ask(&v1::Bridge::Stub::LeaveUser, request, v1::LeaveUserResponse(),
                     [&](const auto& response) {
                       command.out() << Sessions(response.sessions()) << " taken out\n";
                     });
}

ExitCode DisconnectCommandLine(Command& command) {
  v1::DisconnectRequest request;
  if (!ReadWho(command.words(), request)) {
    return command.Usage("give whom, as in `disconnect user ada`, `session ID` or `room chat:1`");
  }
  std::uint32_t code = 0;
  std::uint32_t retry_after_ms = 0;
  if (!ReadNumber(command.flags().code, code)) return command.Usage("--code must be a number");
  if (!ReadSeconds(command.flags().retry_after, retry_after_ms)) {
    return command.Usage("--retry-after must be seconds");
  }
  request.set_code(code);
  request.set_reason(command.flags().reason);
  request.set_retry_after_ms(retry_after_ms);
  return command.Ask(
      &v1::Bridge::Stub::Disconnect, request, v1::DisconnectResponse(),
      [&](const auto& response) { command.out() << Sessions(response.sessions()) << " ended\n"; });
}

ExitCode TrimCommandLine(Command& command) {
  v1::TrimHistoryRequest request;
  if (command.words().size() != 1 || !ReadHow(command.flags(), request)) {
    return command.Usage(
        "give a room and one of --keep-last N, --up-to EPOCH:OFFSET and --restart");
  }
  request.set_room(command.words()[0]);
  return command.Ask(&v1::Bridge::Stub::TrimHistory, request, v1::TrimHistoryResponse(),
                     [&](const auto& response) {
                       command.out() << response.removed() << " removed, the top is "
                                     << response.position().epoch() << ":"
                                     << response.position().offset() << "\n";
                     });
}

ExitCode DrainCommandLine(Command& command) {
  v1::DrainRequest request;
  std::uint32_t notice_ms = 0;
  std::uint32_t spread_ms = 0;
  if (!command.words().empty() || !ReadSeconds(command.flags().notice, notice_ms) ||
      !ReadSeconds(command.flags().spread, spread_ms)) {
    return command.Usage("takes --notice SECONDS and --spread SECONDS, and no arguments");
  }
  request.set_notice_ms(notice_ms);
  request.set_spread_ms(spread_ms);
  return command.Ask(&v1::Bridge::Stub::Drain, request, v1::DrainResponse(),
                     [&](const auto& response) {
                       command.out() << "draining, what is left is closed in "
                                     << response.deadline_ms() << " ms\n";
                     });
}

ExitCode ReloadCommandLine(Command& command) {
  if (!command.words().empty()) return command.Usage("takes no arguments, only --dry-run");
  v1::ReloadConfigRequest request;
  request.set_dry_run(command.flags().dry_run);
  return command.Ask(
      &v1::Bridge::Stub::ReloadConfig, request, v1::ReloadConfigResponse(), [&](const auto& said) {
        for (const std::string& path : said.changed()) command.PrintRow("changed", path);
        for (const std::string& path : said.needs_restart()) {
          command.PrintRow("needs restart", path);
        }
        if (said.changed().empty() && said.needs_restart().empty()) {
          command.out() << (request.dry_run() ? "nothing would change\n" : "nothing has changed\n");
        }
      });
}

}  // namespace roomcast::bridge
