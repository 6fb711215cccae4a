// `roomcast publish`, `broadcast` and `info`.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "bridge/command.h"

namespace roomcast::bridge {
namespace {

v1::NewPublication PublicationOf(const CommandFlags& flags, const std::string& text) {
  v1::NewPublication publication;
  if (flags.encoding == "json") {
    publication.set_json(text);
  } else if (flags.encoding == "bytes") {
    publication.set_data(text);
  } else {
    publication.set_text(text);
  }
  publication.set_type(flags.type);
  publication.set_key(flags.publication_key);
  publication.set_user(flags.user);
  publication.set_ephemeral(flags.ephemeral);
  return publication;
}

void PrintPublished(Command& command, const std::string& room,
                    const v1::PublishResponse& published) {
  command.out() << AsOneLine(room) << " " << published.position().offset()
                << (published.duplicate() ? " duplicate" : "") << "\n";
}

}  // namespace

ExitCode PublishCommandLine(Command& command) {
  if (command.words().size() != 2)
    return command.Usage("give a room and a text, as in `publish news hello`");
  std::string text = command.words()[1];
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  v1::PublishRequest request;
  request.set_room(command.words()[0]);
  *request.mutable_publication() = PublicationOf(command.flags(), text);
  request.set_idempotency_key(command.flags().idempotency_key);
  grpc::ClientContext context;
  v1::PublishResponse response;
  const grpc::Status status = command.Connect(context)->Publish(&context, request, &response);
  if (!status.ok()) return command.Failed(status);
  if (command.flags().json) return command.PrintJson(response);
  PrintPublished(command, request.room(), response);
  return ExitCode::kDone;
}

ExitCode BroadcastCommandLine(Command& command) {
  if (command.words().size() < 2)
    return command.Usage("give a text and rooms, as in `broadcast hello a b`");
  v1::BroadcastRequest request;
  request.mutable_rooms()->Add(command.words().begin() + 1, command.words().end());
  *request.mutable_publication() = PublicationOf(command.flags(), command.words()[0]);
  request.set_idempotency_key(command.flags().idempotency_key);
  grpc::ClientContext context;
  v1::BroadcastResponse response;
  const grpc::Status status = command.Connect(context)->Broadcast(&context, request, &response);
  if (!status.ok()) return command.Failed(status);
  ExitCode code = command.flags().json ? command.PrintJson(response) : ExitCode::kDone;
  for (int i = 0; i < response.results_size(); ++i) {
    const v1::BroadcastResult& result = response.results(i);
    if (result.has_error()) {
      command.err() << "roomcast broadcast: " << AsOneLine(request.rooms(i)) << ": "
                    << AsOneLine(result.error().message()) << " (code " << result.error().code()
                    << ")\n";
      code = ExitCode::kRefused;
    } else if (!command.flags().json) {
      PrintPublished(command, request.rooms(i), result.published());
    }
  }
  return code;
}

ExitCode InfoCommandLine(Command& command) {
  if (!command.words().empty()) return command.Usage("takes no arguments, only flags");
  const auto print = [&command](const v1::GetInfoResponse& info) {
    const auto row = [&command](std::string_view name, const auto& value) {
      command.PrintRow(name, absl::StrCat(value));
    };
    row("instance", info.instance());
    row("node", info.node());
    row("version", info.version());
    row("uptime", absl::StrCat(info.uptime_ms() / 1000, " s"));
    row("shards", info.shards());
    row("connections", info.connections());
    row("sessions", absl::StrCat(info.sessions(), " (", info.parked_sessions(), " parked)"));
    row("users", info.users());
    row("rooms", info.rooms());
    row("publications", info.publications());
    row("state", info.draining() ? "draining" : "serving");
    if (info.development()) row("mode", "development");
  };
  return command.Ask(&v1::Bridge::Stub::GetInfo, v1::GetInfoRequest(), v1::GetInfoResponse(),
                     print);
}

}  // namespace roomcast::bridge
