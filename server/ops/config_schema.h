#ifndef ROOMCAST_SERVER_OPS_CONFIG_SCHEMA_H_
#define ROOMCAST_SERVER_OPS_CONFIG_SCHEMA_H_

#include <string>
#include <string_view>
#include <vector>

#include "roomcast/v1/config.pb.h"
#include "server/ops/config_text.h"

namespace roomcast::ops {

// How config.proto's fields and enums are called in the file, and how text becomes their value. All
// of it follows from the schema: a new field needs no line here. Pure; any thread.

using Field = google::protobuf::FieldDescriptor;
using Message = google::protobuf::Message;

// What went wrong with the config, a line each, for an operator's eyes. Empty: nothing.
using Problems = std::vector<std::string>;

const v1::Setting& SettingOf(const Field& field);

// `interval_ms` counts milliseconds and is called `interval` in the file; `soft_bytes` likewise.
Unit UnitOf(const Field& field);
std::string FileName(const Field& field);

// Null: the message has no such field under its file name.
const Field* FindField(const Message& message, std::string_view file_name);
std::vector<std::string> FieldNames(const Message& message);

// `DELIVERY_RELIABLE` of enum Delivery is `reliable`.
std::string EnumFileName(const google::protobuf::EnumValueDescriptor& value);

// "heartbeat" and "interval" make "heartbeat.interval".
std::string JoinPath(std::string_view path, std::string_view name);

// An item of a repeated field: "namespaces.chat", or "namespaces[2]" if it has no name.
std::string ItemPath(std::string_view path, const Message& item, int index);

// Puts what `text` says into the singular scalar `field`, or appends it to a repeated one.
// Empty: done. Otherwise what is wrong, as the end of a sentence: "must be a whole number".
// Never repeats the text of a secret.
std::string SetFromText(Message& message, const Field& field, std::string_view text);

// The singular field's value as the file writes it; "(secret)" for one.
std::string TextOf(const Message& message, const Field& field);

// Gives every unset field its default, in every message that is there, and makes those that are not
// on demand.
void FillDefaults(Message& message);

// Each bound of the schema that the filled-in message breaks, one line each.
void CheckBounds(const Message& message, std::string_view path, Problems& problems);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_SCHEMA_H_
