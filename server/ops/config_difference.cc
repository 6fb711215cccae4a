#include "server/ops/config_difference.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <string>

#include "server/ops/config_schema.h"

namespace roomcast::ops {
namespace {

using google::protobuf::util::MessageDifferencer;

class Comparison {
 public:
  explicit Comparison(ConfigDifference& out) : out_(out) {}

  // `merged` is of the running config; what takes effect on a reload is taken over from `wanted`.
  void Compare(Message& merged, const Message& wanted, const std::string& path, bool reloads) {
    const auto& type = *wanted.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const Field& field = *type.field(i);
      CompareField(merged, wanted, field, JoinPath(path, FileName(field)),
                   reloads || SettingOf(field).reloads());
    }
  }

 private:
  void CompareField(Message& merged, const Message& wanted, const Field& field,
                    const std::string& path, bool reloads) {
    const auto& reflection = *wanted.GetReflection();
    if (field.is_repeated() && field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      return CompareItems(merged, wanted, field, path, reloads);
    }
    if (!field.is_repeated() && field.cpp_type() == Field::CPPTYPE_MESSAGE &&
        reflection.HasField(wanted, &field) && reflection.HasField(merged, &field)) {
      return Compare(*reflection.MutableMessage(&merged, &field),
                     reflection.GetMessage(wanted, &field), path, reloads);
    }
    if (IsSame(merged, wanted, field)) return;
    Note(path, reloads);
    if (reloads) TakeOver(merged, wanted, field);
  }

  // Items go by their name. One that is gone stays until the next start.
  void CompareItems(Message& merged, const Message& wanted, const Field& field,
                    const std::string& path, bool reloads) {
    const auto& reflection = *wanted.GetReflection();
    for (int i = 0; i < reflection.FieldSize(wanted, &field); ++i) {
      const Message& item = reflection.GetRepeatedMessage(wanted, &field, i);
      const std::string here = ItemPath(path, item, i);
      if (Message* old = Find(merged, field, path, here)) {
        Compare(*old, item, here, reloads);
        continue;
      }
      Note(here, reloads);
      if (reloads) reflection.AddMessage(&merged, &field)->CopyFrom(item);
    }
    const bool can_go = reloads && field.message_type()->name() != "Namespace";
    for (int i = reflection.FieldSize(merged, &field) - 1; i >= 0; --i) {
      const std::string here = ItemPath(path, reflection.GetRepeatedMessage(merged, &field, i), i);
      if (Has(wanted, field, path, here)) continue;
      Note(here, can_go);
      if (!can_go) continue;
      reflection.SwapElements(&merged, &field, i, reflection.FieldSize(merged, &field) - 1);
      reflection.RemoveLast(&merged, &field);
    }
  }

  static Message* Find(Message& message, const Field& field, const std::string& path,
                       const std::string& item_path) {
    const auto& reflection = *message.GetReflection();
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      Message* item = reflection.MutableRepeatedMessage(&message, &field, i);
      if (ItemPath(path, *item, i) == item_path) return item;
    }
    return nullptr;
  }

  static bool Has(const Message& message, const Field& field, const std::string& path,
                  const std::string& item_path) {
    const auto& reflection = *message.GetReflection();
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (ItemPath(path, reflection.GetRepeatedMessage(message, &field, i), i) == item_path) {
        return true;
      }
    }
    return false;
  }

  static bool IsSame(const Message& a, const Message& b, const Field& field) {
    MessageDifferencer differencer;
    return differencer.CompareWithFields(a, b, {&field}, {&field});
  }

  static void TakeOver(Message& merged, const Message& wanted, const Field& field) {
    merged.GetReflection()->ClearField(&merged, &field);
    const std::unique_ptr<Message> only(wanted.New());
    only->CopyFrom(wanted);
    // Nothing but this field, so that a merge brings it alone.
    const auto& type = *wanted.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i) != &field) only->GetReflection()->ClearField(only.get(), type.field(i));
    }
    merged.MergeFrom(*only);
  }

  void Note(const std::string& path, bool reloads) {
    (reloads ? out_.changed : out_.needs_restart).push_back(path);
  }

  ConfigDifference& out_;
};

}  // namespace

ConfigDifference CompareConfigs(const v1::Config& running, const v1::Config& wanted) {
  ConfigDifference difference;
  difference.merged = running;
  Comparison(difference).Compare(difference.merged, wanted, "", false);
  return difference;
}

}  // namespace roomcast::ops
