#include "bridge/command_line.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bridge/command_flags.h"
#include "bridge/hub_status.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {
namespace {

constexpr std::string_view kHelp =
    R"(  publish ROOM TEXT          put a message into a room; TEXT `-` reads it from standard input
  broadcast TEXT ROOM...     put the same message into many rooms
  info                       what the hub is and how busy it is
    --bridge HOST:PORT       where the bridge is (ROOMCAST_BRIDGE; 127.0.0.1:8081)
    --key KEY, --key-file F  the bearer key (ROOMCAST_BRIDGE_KEY)
    --ca FILE                speak TLS, and believe in these certificates (ROOMCAST_BRIDGE_CA)
    --timeout SECONDS        give up after so long (5)
    --json                   answer in JSON
    --type T, --encoding text|json|bytes, --publication-key K, --user U,
    --idempotency-key K, --ephemeral
                             of the message
  exit codes: 0 done, 1 refused by the hub, 2 bad command line, 3 no hub answered
)";

// One command under way.
class Command {
 public:
  Command(std::string_view verb, const CommandFlags& flags, std::ostream& out, std::ostream& err)
      : verb_(verb), flags_(flags), out_(out), err_(err) {}

  ExitCode Publish();
  ExitCode Broadcast();
  ExitCode Info();

 private:
  ExitCode Usage(std::string_view text) {
    err_ << "roomcast " << verb_ << ": " << text << "\n";
    return ExitCode::kUsage;
  }
  std::unique_ptr<v1::Bridge::Stub> Connect(grpc::ClientContext& context) const;
  v1::NewPublication Publication(const std::string& text) const;
  ExitCode Failed(const grpc::Status& status);
  ExitCode PrintJson(const google::protobuf::Message& message);
  void PrintPublished(const std::string& room, const v1::PublishResponse& published);

  const std::string_view verb_;
  const CommandFlags& flags_;
  std::ostream& out_;
  std::ostream& err_;
};

std::string AsOneLine(std::string text) {
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

// A file that cannot be read believes in nobody, and the call says so.
std::shared_ptr<grpc::ChannelCredentials> Credentials(const std::string& ca) {
  if (ca.empty()) return grpc::InsecureChannelCredentials();
  std::ifstream file(ca, std::ios::binary);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs.assign(std::istreambuf_iterator<char>(file), {});
  if (options.pem_root_certs.empty()) options.pem_root_certs = "no certificate in " + ca;
  return grpc::SslCredentials(options);
}

std::unique_ptr<v1::Bridge::Stub> Command::Connect(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() + flags_.timeout);
  if (!flags_.key.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", flags_.key));
  }
  grpc::ChannelArguments arguments;
  // The command talks to the address that it was given, whatever proxy the shell is set up for.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::Bridge::NewStub(
      grpc::CreateCustomChannel(flags_.bridge, Credentials(flags_.ca), arguments));
}

v1::NewPublication Command::Publication(const std::string& text) const {
  v1::NewPublication publication;
  if (flags_.encoding == "json") {
    publication.set_json(text);
  } else if (flags_.encoding == "bytes") {
    publication.set_data(text);
  } else {
    publication.set_text(text);
  }
  publication.set_type(flags_.type);
  publication.set_key(flags_.publication_key);
  publication.set_user(flags_.user);
  publication.set_ephemeral(flags_.ephemeral);
  return publication;
}

ExitCode Command::Failed(const grpc::Status& status) {
  err_ << "roomcast " << verb_ << ": ";
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
      status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    err_ << "no answer from the bridge at " << flags_.bridge << ": "
         << AsOneLine(status.error_message()) << "\n";
    return ExitCode::kNotReached;
  }
  err_ << AsOneLine(status.error_message()) << " (" << StatusName(status.error_code());
  if (const std::optional<HubError> error = FromStatus(status)) {
    err_ << ", code " << error->code;
    if (error->retry_after_ms > 0) err_ << ", try again in " << error->retry_after_ms << " ms";
  }
  err_ << ")\n";
  return ExitCode::kRefused;
}

ExitCode Command::PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    err_ << "roomcast " << verb_ << ": the answer cannot be written as JSON\n";
    return ExitCode::kRefused;
  }
  out_ << json << "\n";
  return ExitCode::kDone;
}

void Command::PrintPublished(const std::string& room, const v1::PublishResponse& published) {
  out_ << AsOneLine(room) << " " << published.position().offset()
       << (published.duplicate() ? " duplicate" : "") << "\n";
}

ExitCode Command::Publish() {
  if (flags_.words.size() != 2) return Usage("give a room and a text, as in `publish news hello`");
  std::string text = flags_.words[1];
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  v1::PublishRequest request;
  request.set_room(flags_.words[0]);
  *request.mutable_publication() = Publication(text);
  request.set_idempotency_key(flags_.idempotency_key);
  grpc::ClientContext context;
  v1::PublishResponse response;
  const grpc::Status status = Connect(context)->Publish(&context, request, &response);
  if (!status.ok()) return Failed(status);
  if (flags_.json) return PrintJson(response);
  PrintPublished(request.room(), response);
  return ExitCode::kDone;
}

ExitCode Command::Broadcast() {
  if (flags_.words.size() < 2) return Usage("give a text and rooms, as in `broadcast hello a b`");
  v1::BroadcastRequest request;
  request.mutable_rooms()->Add(flags_.words.begin() + 1, flags_.words.end());
  *request.mutable_publication() = Publication(flags_.words[0]);
  request.set_idempotency_key(flags_.idempotency_key);
  grpc::ClientContext context;
  v1::BroadcastResponse response;
  const grpc::Status status = Connect(context)->Broadcast(&context, request, &response);
  if (!status.ok()) return Failed(status);
  ExitCode code = flags_.json ? PrintJson(response) : ExitCode::kDone;
  for (int i = 0; i < response.results_size(); ++i) {
    const v1::BroadcastResult& result = response.results(i);
    if (result.has_error()) {
      err_ << "roomcast broadcast: " << AsOneLine(request.rooms(i)) << ": "
           << AsOneLine(result.error().message()) << " (code " << result.error().code() << ")\n";
      code = ExitCode::kRefused;
    } else if (!flags_.json) {
      PrintPublished(request.rooms(i), result.published());
    }
  }
  return code;
}

ExitCode Command::Info() {
  if (!flags_.words.empty()) return Usage("takes no arguments, only flags");
  grpc::ClientContext context;
  v1::GetInfoResponse info;
  const grpc::Status status = Connect(context)->GetInfo(&context, {}, &info);
  if (!status.ok()) return Failed(status);
  if (flags_.json) return PrintJson(info);
  const auto row = [this](std::string_view name, const auto& value) {
    out_ << std::left << std::setw(14) << name << value << "\n";
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
  return ExitCode::kDone;
}

}  // namespace

bool IsBridgeCommand(std::string_view verb) {
  return verb == "publish" || verb == "broadcast" || verb == "info";
}

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
  if (verb == "publish") return command.Publish();
  if (verb == "broadcast") return command.Broadcast();
  if (verb == "info") return command.Info();
  err << "roomcast: no command " << verb << "\n";
  return ExitCode::kUsage;
}

int RunBridgeCommand(std::string_view verb, std::span<const std::string_view> args) {
  return static_cast<int>(RunBridgeCommand(verb, args, std::cout, std::cerr));
}

}  // namespace roomcast::bridge
