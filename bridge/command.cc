#include "bridge/command.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"

namespace roomcast::bridge {
namespace {

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file that cannot be read believes in nobody, and the call says so.
std::shared_ptr<grpc::ChannelCredentials> Credentials(const CommandFlags& flags) {
  if (flags.ca.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ContentOf(flags.ca);
  if (options.pem_root_certs.empty()) options.pem_root_certs = "no certificate in " + flags.ca;
  if (!flags.certificate.empty()) {
    options.pem_cert_chain = ContentOf(flags.certificate);
    options.pem_private_key = ContentOf(flags.certificate_key);
  }
  return grpc::SslCredentials(options);
}

}  // namespace

std::string AsOneLine(std::string text) {
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

ExitCode Command::Usage(std::string_view text) {
  err_ << "roomcast " << verb_ << ": " << text << "\n";
  return ExitCode::kUsage;
}

std::unique_ptr<v1::Bridge::Stub> Command::Connect(grpc::ClientContext& context, bool deadline) {
  if (deadline) context.set_deadline(std::chrono::system_clock::now() + flags_.timeout);
  if (!flags_.key.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", flags_.key));
  }
  grpc::ChannelArguments arguments;
  // The command talks to the address that it was given, whatever proxy the shell is set up for.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::Bridge::NewStub(
      grpc::CreateCustomChannel(flags_.bridge, Credentials(flags_), arguments));
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

void Command::PrintRow(std::string_view name, std::string_view value) {
  out_ << std::left << std::setw(14) << name << value << "\n";
}

}  // namespace roomcast::bridge
