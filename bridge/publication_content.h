// What is to become a publication, and what became of it.
#ifndef ROOMCAST_BRIDGE_PUBLICATION_CONTENT_H_
#define ROOMCAST_BRIDGE_PUBLICATION_CONTENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bridge/gateway_words.h"

namespace roomcast::bridge {

// The numbers are those of the schema.
enum class Encoding : std::uint8_t { kBytes = 0, kText = 1, kJson = 2 };

// Everything of a publication but its room: a broadcast shares one among its rooms.
struct PublicationContent {
  std::string type;
  Encoding encoding = Encoding::kBytes;
  std::string data;
  std::string key;
  std::vector<std::pair<std::string, std::string>> tags;
  std::string user;
  bool ephemeral = false;
};

struct PublishOutcome {
  RoomPosition position;
  bool duplicate = false;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_PUBLICATION_CONTENT_H_
