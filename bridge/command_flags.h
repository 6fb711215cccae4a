// What was written after the verb.
#ifndef ROOMCAST_BRIDGE_COMMAND_FLAGS_H_
#define ROOMCAST_BRIDGE_COMMAND_FLAGS_H_

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace roomcast::bridge {

struct CommandFlags {
  // What is not a flag, in order.
  std::vector<std::string> words;
  // `HOST:PORT`.
  std::string bridge = "127.0.0.1:8081";
  // The bearer key. Never printed.
  std::string key;
  // A file in PEM: whom to believe, over TLS. Empty: in the clear.
  std::string ca;
  // Files in PEM: the caller's own certificate and its key, for a bridge that asks for one.
  std::string certificate;
  std::string certificate_key;
  std::chrono::milliseconds timeout{5000};
  // Answers as JSON.
  bool json = false;
  bool help = false;

  // Of a publication.
  std::string type;
  std::string encoding = "text";
  std::string publication_key;
  std::string user;
  std::string idempotency_key;
  bool ephemeral = false;

  // Of orders.
  std::string code;
  std::string reason;
  std::string retry_after;  // seconds, as the next two
  std::string notice;
  std::string spread;
  std::string keep_last;
  std::string up_to;
  bool restart = false;

  // Of questions.
  std::string last;
  std::string since;  // EPOCH:OFFSET, as `before`
  std::string before;
  std::string count;
  std::string limit;
  std::string after;  // a page token, or a user
  std::string prefix;
  std::string room;
  std::string session;
  std::string members_min;
  bool reverse = false;
  bool lifecycle = false;
  bool keep = false;
  bool dry_run = false;
};

// Flags may stand anywhere before `--`; a value follows its flag, as `--flag value` or
// `--flag=value`. Reads the environment for what is not given. InvalidArgument: an unknown flag, a
// missing or bad value.
absl::StatusOr<CommandFlags> ParseFlags(std::span<const std::string_view> args);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_COMMAND_FLAGS_H_
