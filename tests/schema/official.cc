#include "tests/schema/official.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>

#include "roomcast/v1/bridge.pb.h"
#include "roomcast/v1/client.pb.h"
#include "tests/schema/random_values.h"

namespace roomcast {
namespace {

namespace pb = google::protobuf;
using Type = pb::FieldDescriptor::CppType;

void AddTypes(const pb::Descriptor* type, std::vector<const pb::Descriptor*>& out) {
  out.push_back(type);
  for (int i = 0; i < type->nested_type_count(); ++i) AddTypes(type->nested_type(i), out);
}

// Sets a field, or adds one item to a repeated one.
class Filler {
 public:
  Filler(pb::Message& message, Random& random, int depth)
      : message_(message), reflection_(*message.GetReflection()), random_(random), depth_(depth) {}

  void Fill(const pb::FieldDescriptor* field) {
    const std::uint64_t bits = RandomBits(random_);
    switch (field->cpp_type()) {
      case Type::CPPTYPE_INT32:
        return Put(field, static_cast<std::int32_t>(bits), &pb::Reflection::SetInt32,
                   &pb::Reflection::AddInt32);
      case Type::CPPTYPE_INT64:
        return Put(field, static_cast<std::int64_t>(bits), &pb::Reflection::SetInt64,
                   &pb::Reflection::AddInt64);
      case Type::CPPTYPE_UINT32:
        return Put(field, static_cast<std::uint32_t>(bits), &pb::Reflection::SetUInt32,
                   &pb::Reflection::AddUInt32);
      case Type::CPPTYPE_UINT64:
        return Put(field, bits, &pb::Reflection::SetUInt64, &pb::Reflection::AddUInt64);
      case Type::CPPTYPE_BOOL:
        return Put(field, (bits & 1) != 0, &pb::Reflection::SetBool, &pb::Reflection::AddBool);
      case Type::CPPTYPE_ENUM:
        return Put(field, EnumValue(field, bits), &pb::Reflection::SetEnumValue,
                   &pb::Reflection::AddEnumValue);
      case Type::CPPTYPE_STRING:
        return PutString(field);
      case Type::CPPTYPE_MESSAGE:
        if (depth_ == 0) return;
        return FillOfficial(field->is_repeated() ? *reflection_.AddMessage(&message_, field)
                                                 : *reflection_.MutableMessage(&message_, field),
                            random_, depth_ - 1);
      case Type::CPPTYPE_FLOAT:
      case Type::CPPTYPE_DOUBLE:
        std::abort();  // the schema has none, and our structs could not list them
    }
  }

 private:
  template <class T>
  void Put(const pb::FieldDescriptor* field, T value,
           void (pb::Reflection::*set)(pb::Message*, const pb::FieldDescriptor*, T) const,
           void (pb::Reflection::*add)(pb::Message*, const pb::FieldDescriptor*, T) const) {
    (reflection_.*(field->is_repeated() ? add : set))(&message_, field, value);
  }
  void PutString(const pb::FieldDescriptor* field) {
    const bool text = field->type() == pb::FieldDescriptor::TYPE_STRING;
    std::string value = text ? RandomUtf8(random_) : RandomBytes(random_);
    if (field->is_repeated()) {
      reflection_.AddString(&message_, field, std::move(value));
    } else {
      reflection_.SetString(&message_, field, std::move(value));
    }
  }
  // One that the schema names, or any other.
  int EnumValue(const pb::FieldDescriptor* field, std::uint64_t bits) {
    const pb::EnumDescriptor* type = field->enum_type();
    if (random_.Chance(300)) return static_cast<int>(static_cast<std::uint32_t>(bits));
    const auto count = static_cast<std::uint64_t>(type->value_count());
    return type->value(static_cast<int>(random_.Below(count)))->number();
  }

  pb::Message& message_;
  const pb::Reflection& reflection_;
  Random& random_;
  int depth_;
};

}  // namespace

std::vector<const pb::Descriptor*> OfficialTypes() {
  const pb::FileDescriptor* file = v1::ClientFrame::descriptor()->file();
  std::vector<const pb::Descriptor*> types;
  for (int i = 0; i < file->message_type_count(); ++i) AddTypes(file->message_type(i), types);
  // What the hub itself writes of the bridge's schema: a Watch's events.
  types.insert(types.end(), {v1::HubError::descriptor(), v1::WatchOpened::descriptor(),
                             v1::WatchJoined::descriptor(), v1::WatchLeft::descriptor(),
                             v1::Lifecycle::descriptor(), v1::WatchEvent::descriptor(),
                             v1::WatchResponse::descriptor()});
  return types;
}

std::string NameOf(const pb::Descriptor* type) {
  return type->full_name().substr(type->file()->package().size() + 1);
}

std::unique_ptr<pb::Message> NewOfficial(const pb::Descriptor* type) {
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

std::unique_ptr<pb::Message> NewOfficial(std::string_view name) {
  for (const pb::Descriptor* type : OfficialTypes()) {
    if (NameOf(type) == name) return NewOfficial(type);
  }
  std::abort();
}

bool ParseOfficial(std::string_view bytes, pb::Message& message) {
  // It tells the log about bad UTF-8.
  const pb::LogSilencer silence;
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::string SerializeOfficial(const pb::Message& message) {
  std::string bytes;
  {
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!message.SerializeToCodedStream(&coded)) std::abort();
  }
  return bytes;
}

void FillOfficial(pb::Message& message, Random& random, int depth) {
  const pb::Descriptor* type = message.GetDescriptor();
  Filler filler(message, random, depth);
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::FieldDescriptor* field = type->field(i);
    if (field->containing_oneof() != nullptr) continue;
    if (random.Chance(300)) continue;
    const std::uint64_t items = field->is_repeated() ? random.Below(4) : 1;
    for (std::uint64_t left = items; left > 0; --left) filler.Fill(field);
  }
  for (int i = 0; i < type->oneof_decl_count(); ++i) {
    const pb::OneofDescriptor* oneof = type->oneof_decl(i);
    if (random.Chance(100)) continue;
    const auto arms = static_cast<std::uint64_t>(oneof->field_count());
    filler.Fill(oneof->field(static_cast<int>(random.Below(arms))));
  }
}

}  // namespace roomcast
