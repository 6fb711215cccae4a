// One command of the command line under way: how it reaches the bridge, and how it speaks.
#ifndef ROOMCAST_BRIDGE_COMMAND_H_
#define ROOMCAST_BRIDGE_COMMAND_H_

#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "bridge/command_flags.h"
#include "bridge/command_line.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {

class Command {
 public:
  // All outlive it.
  Command(std::string_view verb, const CommandFlags& flags, std::ostream& out, std::ostream& err)
      : verb_(verb), flags_(flags), out_(out), err_(err) {}

  [[nodiscard]] std::string_view verb() const { return verb_; }
  [[nodiscard]] const CommandFlags& flags() const { return flags_; }
  [[nodiscard]] const std::vector<std::string>& words() const { return flags_.words; }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }

  // The command line makes no sense, and why.
  ExitCode Usage(std::string_view text);
  // Gives the call its key; and its deadline, unless it may take as long as it likes.
  std::unique_ptr<v1::Bridge::Stub> Connect(grpc::ClientContext& context, bool deadline = true);
  // What the hub or the way to it said instead of an answer.
  ExitCode Failed(const grpc::Status& status);
  ExitCode PrintJson(const google::protobuf::Message& message);
  // `  name          value`, one a line.
  void PrintRow(std::string_view name, std::string_view value);

  // One call with one answer: `--json` prints it as it is, else `print` does.
  template <class Method, class Request, class Response, class Print>
  ExitCode Ask(Method method, const Request& request, Response response, Print print) {
    grpc::ClientContext context;
    const auto stub = Connect(context);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return Failed(status);
    if (flags_.json) return PrintJson(response);
    print(response);
    return ExitCode::kDone;
  }

 private:
  const std::string_view verb_;
  const CommandFlags& flags_;
  std::ostream& out_;
  std::ostream& err_;
};

// Without control characters, so that a name cannot pretend to be output.
std::string AsOneLine(std::string text);

// The verbs.
ExitCode PublishCommandLine(Command& command);
ExitCode BroadcastCommandLine(Command& command);
ExitCode InfoCommandLine(Command& command);
ExitCode JoinCommandLine(Command& command);
ExitCode LeaveCommandLine(Command& command);
ExitCode DisconnectCommandLine(Command& command);
ExitCode TrimCommandLine(Command& command);
ExitCode DrainCommandLine(Command& command);
ExitCode ReloadCommandLine(Command& command);
ExitCode RoomsCommandLine(Command& command);
ExitCode SessionsCommandLine(Command& command);
ExitCode PresenceCommandLine(Command& command);
ExitCode HistoryCommandLine(Command& command);
ExitCode WatchCommandLine(Command& command);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_COMMAND_H_
