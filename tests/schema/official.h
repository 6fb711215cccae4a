#ifndef ROOMCAST_TESTS_SCHEMA_OFFICIAL_H_
#define ROOMCAST_TESTS_SCHEMA_OFFICIAL_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"

namespace roomcast {

// The judge: the official runtime's messages of client.proto, and of bridge.proto those of a Watch.

// All message types that have a struct, those inside others included, by the names of MessageKind.
std::vector<const google::protobuf::Descriptor*> OfficialTypes();
std::string NameOf(const google::protobuf::Descriptor* type);

std::unique_ptr<google::protobuf::Message> NewOfficial(const google::protobuf::Descriptor* type);
// `name` as of MessageKind; the process ends when there is no such message.
std::unique_ptr<google::protobuf::Message> NewOfficial(std::string_view name);

// False when it is refused. Says nothing to the log.
bool ParseOfficial(std::string_view bytes, google::protobuf::Message& message);
// Deterministic.
std::string SerializeOfficial(const google::protobuf::Message& message);

// Fills every kind of field at random, `depth` messages deep at most.
void FillOfficial(google::protobuf::Message& message, Random& random, int depth);

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_SCHEMA_OFFICIAL_H_
