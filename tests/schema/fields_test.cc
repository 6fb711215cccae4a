#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/watch_messages.h"
#include "roomcast/v1/bridge.pb.h"
#include "roomcast/v1/client.pb.h"
#include "tests/schema/message_kinds.h"
#include "tests/schema/official.h"

namespace roomcast {
namespace {

namespace pb = google::protobuf;

std::vector<std::string> OfficialFields(const pb::Descriptor* type) {
  std::vector<const pb::FieldDescriptor*> fields;
  for (int i = 0; i < type->field_count(); ++i) fields.push_back(type->field(i));
  std::sort(fields.begin(), fields.end(),
            [](auto* a, auto* b) { return a->number() < b->number(); });
  std::vector<std::string> out;
  for (const pb::FieldDescriptor* field : fields) {
    const std::string label = field->is_repeated()                   ? "repeated "
                              : field->containing_oneof() != nullptr ? "oneof "
                                                                     : "";
    out.push_back(std::to_string(field->number()) + " " + label + field->type_name());
  }
  return out;
}

TEST(FieldsTest, NumbersAndKindsAreThoseOfTheSchemaInItsOrder) {
  for (const pb::Descriptor* type : OfficialTypes()) {
    const std::string name = NameOf(type);
    const auto kinds = MessageKinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const MessageKind& k) { return k.name == name; });
    ASSERT_NE(kind, kinds.end()) << name;
    EXPECT_EQ(kind->fields(), OfficialFields(type)) << name;
  }
}

// Our names for an enum's values, in the order in which the schema lists them.
struct EnumRow {
  const pb::EnumDescriptor* type;
  std::vector<int> ours;
};

template <class... Values>
EnumRow Row(const pb::EnumDescriptor* type, Values... values) {
  return {type, {static_cast<int>(values)...}};
}

TEST(FieldsTest, EnumValuesAreThoseOfTheSchema) {
  using Interest = PresenceInterest;
  const EnumRow rows[] = {
      Row(v1::Encoding_descriptor(), Encoding::kBytes, Encoding::kText, Encoding::kJson),
      Row(v1::Feature_descriptor(), Feature::kUnspecified),
      Row(v1::DisconnectAction_descriptor(), DisconnectAction::kStop, DisconnectAction::kResume,
          DisconnectAction::kFresh),
      Row(v1::OnLost_descriptor(), OnLost::kContinue, OnLost::kReject),
      Row(v1::PresenceInterest_descriptor(), Interest::kNone, Interest::kCounts,
          Interest::kMembers),
      Row(v1::Verdict_descriptor(), Verdict::kLive, Verdict::kRecovered, Verdict::kLost),
      Row(v1::GapReason_descriptor(), GapReason::kUnspecified, GapReason::kSlow,
          GapReason::kEvicted, GapReason::kEngine),
      Row(v1::RoomPolicy::Delivery_descriptor(), Delivery::kReliable, Delivery::kDroppable),
      Row(v1::Lifecycle::Kind_descriptor(), Lifecycle::Kind::kUnspecified,
          Lifecycle::Kind::kRoomOpened, Lifecycle::Kind::kRoomClosed,
          Lifecycle::Kind::kMemberJoined, Lifecycle::Kind::kMemberLeft),
  };
  for (const EnumRow& row : rows) {
    std::vector<int> official;
    for (int i = 0; i < row.type->value_count(); ++i) {
      official.push_back(row.type->value(i)->number());
    }
    EXPECT_EQ(row.ours, official) << row.type->full_name();
  }
  const pb::FileDescriptor* file = v1::ClientFrame::descriptor()->file();
  int enums = file->enum_type_count();
  for (const pb::Descriptor* type : OfficialTypes()) enums += type->enum_type_count();
  EXPECT_EQ(std::size(rows), static_cast<std::size_t>(enums)) << "an enum is in no row";
}

}  // namespace
}  // namespace roomcast
