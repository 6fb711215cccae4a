// `roomcast rooms`, `sessions`, `presence` and `history`.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "bridge/command.h"
#include "bridge/publication_line.h"
#include "bridge/text_table.h"

namespace roomcast::bridge {
namespace {

// As many as a page of history holds, where nothing is said.
constexpr std::uint32_t kHistoryLimit = 100;

bool ReadNumber(const std::string& text, std::uint32_t& value) {
  return text.empty() || absl::SimpleAtoi(text, &value);
}

std::string TimeOf(std::int64_t microseconds) {
  if (microseconds == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(microseconds),
                          absl::LocalTimeZone());
}

std::string OrDash(const std::string& text) { return text.empty() ? "-" : AsOneLine(text); }

// One list: every message's items are printed, as rows of a table or as JSON, a line an item.
template <class Method, class Request, class Response, class Print>
ExitCode PrintList(Command& command, Method method, const Request& request, Response response,
                   Print print) {
  grpc::ClientContext context;
  const auto stub = command.Connect(context);
  const auto reader = (stub.get()->*method)(&context, request);
  while (reader->Read(&response)) print(response);
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return command.Failed(status);
  if (!response.next_page_token().empty() && !command.flags().json) {
    command.err() << "there are more: --after '" << AsOneLine(response.next_page_token()) << "'\n";
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode RoomsCommandLine(Command& command) {
  const CommandFlags& flags = command.flags();
  v1::ListRoomsRequest request;
  std::uint32_t limit = 0;
  std::uint32_t members_min = 0;
  if (command.words().size() > 1 || !ReadNumber(flags.limit, limit) ||
      !ReadNumber(flags.members_min, members_min)) {
    return command.Usage("give no more than how rooms' names begin, as in `rooms chat:`");
  }
  if (!command.words().empty()) request.set_name_prefix(command.words()[0]);
  request.set_limit(limit);
  request.set_members_min(members_min);
  request.set_page_token(flags.after);
  TextTable table({"room", "members", "users", "offset", "kept", "bytes", "behind", "last"});
  const ExitCode code = PrintList(
      command, &v1::Bridge::Stub::ListRooms, request, v1::ListRoomsResponse(),
      [&](const v1::ListRoomsResponse& response) {
        for (const v1::RoomInfo& room : response.rooms()) {
          if (flags.json) {
            command.PrintJson(room);
            continue;
          }
          table.Add({AsOneLine(room.room()), absl::StrCat(room.members()),
                     absl::StrCat(room.users()), absl::StrCat(room.position().offset()),
                     absl::StrCat(room.history_count()), absl::StrCat(room.history_bytes()),
                     absl::StrCat(room.behind()), TimeOf(room.last_publication_at())});
        }
      });
  if (!flags.json && code == ExitCode::kDone) table.Print(command.out());
  return code;
}

ExitCode SessionsCommandLine(Command& command) {
  const CommandFlags& flags = command.flags();
  v1::ListSessionsRequest request;
  std::uint32_t limit = 0;
  if (!command.words().empty() || !ReadNumber(flags.limit, limit)) {
    return command.Usage("takes only flags: --user USER, --room ROOM, --session ID, --limit N");
  }
  request.set_user(flags.user);
  request.set_room(flags.room);
  request.set_session(flags.session);
  request.set_limit(limit);
  request.set_page_token(flags.after);
  TextTable table({"session", "user", "shard", "state", "address", "client", "rtt", "outbox",
                   "rooms", "connected"});
  const ExitCode code = PrintList(
      command, &v1::Bridge::Stub::ListSessions, request, v1::ListSessionsResponse(),
      [&](const v1::ListSessionsResponse& response) {
        for (const v1::SessionInfo& one : response.sessions()) {
          if (flags.json) {
            command.PrintJson(one);
            continue;
          }
          table.Add({one.session(), OrDash(one.user()), absl::StrCat(one.shard()),
                     one.parked() ? "parked" : "open", OrDash(one.address()),
                     OrDash(absl::StrCat(one.client_name(), " ", one.client_version())),
                     one.round_trip_us() == 0 ? "-"
                                              : absl::StrCat(one.round_trip_us() / 1000, ".",
                                                             one.round_trip_us() / 100 % 10, " ms"),
                     absl::StrCat(one.outbox_bytes()), absl::StrCat(one.room_count()),
                     TimeOf(one.connected_at())});
        }
      });
  if (!flags.json && code == ExitCode::kDone) table.Print(command.out());
  return code;
}

ExitCode PresenceCommandLine(Command& command) {
  if (command.words().empty()) {
    return command.Usage("give a room, or several for their numbers alone");
  }
  if (command.words().size() > 1) {
    v1::GetPresenceCountsRequest request;
    request.mutable_rooms()->Add(command.words().begin(), command.words().end());
    return command.Ask(&v1::Bridge::Stub::GetPresenceCounts, request,
                       v1::GetPresenceCountsResponse(), [&](const auto& response) {
                         TextTable table({"room", "users", "sessions"});
                         for (int i = 0; i < response.results_size(); ++i) {
                           const v1::PresenceCountResult& result = response.results(i);
                           const std::string room = AsOneLine(request.rooms(i));
                           if (result.has_error()) {
                             table.Add({room, "-", AsOneLine(result.error().message())});
                           } else {
                             table.Add({room, absl::StrCat(result.count().users()),
                                        absl::StrCat(result.count().sessions())});
                           }
                         }
                         table.Print(command.out());
                       });
  }
  v1::GetPresenceRequest request;
  request.mutable_query()->set_room(command.words()[0]);
  request.mutable_query()->set_cursor(command.flags().after);
  return command.Ask(
      &v1::Bridge::Stub::GetPresence, request, v1::GetPresenceResponse(),
      [&](const v1::GetPresenceResponse& response) {
        const v1::PresenceSnapshot& snapshot = response.page().snapshot();
        TextTable table({"user", "sessions", "data"});
        for (const v1::PresenceUser& user : snapshot.users()) {
          table.Add({AsOneLine(user.user()), absl::StrCat(user.sessions()), OrDash(user.data())});
        }
        table.Print(command.out());
        command.out() << snapshot.user_count() << " users, " << snapshot.session_count()
                      << " sessions\n";
        if (!response.page().cursor().empty()) {
          command.err() << "there are more: --after '" << AsOneLine(response.page().cursor())
                        << "'\n";
        }
      });
}

ExitCode HistoryCommandLine(Command& command) {
  const CommandFlags& flags = command.flags();
  v1::GetHistoryRequest request;
  v1::History& query = *request.mutable_query();
  std::uint32_t limit = kHistoryLimit;
  const bool fits = command.words().size() == 1 && ReadNumber(flags.limit, limit) &&
                    (flags.since.empty() || ReadPosition(flags.since, *query.mutable_since())) &&
                    (flags.before.empty() || ReadPosition(flags.before, *query.mutable_before()));
  if (!fits) {
    return command.Usage(
        "give a room, and [--since EPOCH:OFFSET] [--before EPOCH:OFFSET] [--limit N] [--reverse]");
  }
  query.set_room(command.words()[0]);
  query.set_limit(limit);
  query.set_reverse(flags.reverse);
  return command.Ask(&v1::Bridge::Stub::GetHistory, request, v1::GetHistoryResponse(),
                     [&](const v1::GetHistoryResponse& response) {
                       const v1::HistoryPage& page = response.page();
                       for (const v1::Publication& one : page.publications()) {
                         command.out() << LineOf(one) << "\n";
                       }
                       command.err()
                           << "the top is " << page.position().epoch() << ":"
                           << page.position().offset() << (page.more() ? ", there are more" : "")
                           << (page.lost() ? ", older ones are lost" : "") << "\n";
                     });
}

}  // namespace roomcast::bridge
