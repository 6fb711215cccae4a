#ifndef ROOMCAST_TESTS_SCHEMA_MESSAGE_KINDS_H_
#define ROOMCAST_TESTS_SCHEMA_MESSAGE_KINDS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"

namespace roomcast {

// A message of client.proto, by the name the schema gives it, and what our struct of it can do.
struct MessageKind {
  std::string_view name;  // without the package; a message inside another is "Outer.Inner"
  // Decodes and encodes again; nullopt when ours refuses the bytes.
  std::optional<std::string> (*recode)(std::string_view bytes);
  // Fills a struct at random and encodes it.
  std::string (*encode_random)(Random& random);
  // The struct's fields as "NUMBER KIND", KIND as in the schema, "repeated" before it; messages and
  // enums are not told apart by name.
  std::vector<std::string> (*fields)();
};

// All of them.
std::span<const MessageKind> MessageKinds();

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_SCHEMA_MESSAGE_KINDS_H_
