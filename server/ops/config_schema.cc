#include "server/ops/config_schema.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/ops/check.h"

namespace roomcast::ops {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::Reflection;

std::string_view Ending(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return "_ms";
    case Unit::kBytes:
      return "_bytes";
    case Unit::kNone:
      break;
  }
  return "";
}

std::vector<std::string> EnumNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.value_count()));
  for (int i = 0; i < type.value_count(); ++i) names.push_back(EnumFileName(*type.value(i)));
  return names;
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view text) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (EnumFileName(*type.value(i)) == text) return type.value(i);
  }
  return nullptr;
}

std::string SetNumber(Message& message, const Field& field, std::string_view text) {
  const auto number = ParseNumber(UnitOf(field), text);
  if (!number) return absl::StrCat("must be ", std::string(DescribeUnit(UnitOf(field))));
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == Field::CPPTYPE_UINT64) {
    reflection.SetUInt64(&message, &field, *number);
    return "";
  }
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (*number > kMax) return absl::StrCat("is ", *number, ", the most is ", kMax);
  reflection.SetUInt32(&message, &field, static_cast<std::uint32_t>(*number));
  return "";
}

std::string SetEnum(Message& message, const Field& field, std::string_view text) {
  const EnumDescriptor& type = *field.enum_type();
  const EnumValueDescriptor* value = FindEnumValue(type, text);
  if (value == nullptr) {
    return absl::StrCat("must be one of: ", absl::StrJoin(EnumNames(type), ", "));
  }
  if (field.is_repeated()) {
    message.GetReflection()->AddEnum(&message, &field, value);
  } else {
    message.GetReflection()->SetEnum(&message, &field, value);
  }
  return "";
}

void CheckString(const std::string& value, const Field& field, const std::string& path,
                 Problems& problems) {
  const v1::Setting& setting = SettingOf(field);
  if (setting.required() && value.empty()) problems.push_back(path + ": must be given");
  const auto least = ParseNumber(Unit::kNone, setting.min());
  const auto most = ParseNumber(Unit::kNone, setting.max());
  if (least && value.size() < *least) {
    problems.push_back(absl::StrCat(path, ": has ", value.size(), " bytes, the least is ", *least));
  }
  if (most && value.size() > *most) {
    problems.push_back(absl::StrCat(path, ": has ", value.size(), " bytes, the most is ", *most));
  }
  for (const char c : value) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      problems.push_back(path + ": contains a control character");
      return;
    }
  }
}

void CheckNumber(std::uint64_t value, const Field& field, const std::string& path,
                 Problems& problems) {
  const Unit unit = UnitOf(field);
  const v1::Setting& setting = SettingOf(field);
  const auto least = ParseNumber(unit, setting.min());
  const auto most = ParseNumber(unit, setting.max());
  if (least && value < *least) {
    problems.push_back(
        absl::StrCat(path, ": is ", FormatNumber(unit, value), ", the least is ", setting.min()));
  }
  if (most && value > *most) {
    problems.push_back(
        absl::StrCat(path, ": is ", FormatNumber(unit, value), ", the most is ", setting.max()));
  }
}

void CheckScalar(const Message& message, const Field& field, const std::string& path,
                 Problems& problems) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING:
      CheckString(reflection.GetString(message, &field), field, path, problems);
      break;
    case Field::CPPTYPE_UINT32:
      CheckNumber(reflection.GetUInt32(message, &field), field, path, problems);
      break;
    case Field::CPPTYPE_UINT64:
      CheckNumber(reflection.GetUInt64(message, &field), field, path, problems);
      break;
    default:
      break;
  }
}

void CheckItems(const Message& message, const Field& field, const std::string& path,
                Problems& problems) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      const Message& item = reflection.GetRepeatedMessage(message, &field, i);
      CheckBounds(item, ItemPath(path, item, i), problems);
    } else if (field.cpp_type() == Field::CPPTYPE_STRING) {
      CheckString(reflection.GetRepeatedString(message, &field, i), field,
                  absl::StrCat(path, "[", i, "]"), problems);
    }
  }
}

}  // namespace

const v1::Setting& SettingOf(const Field& field) {
  return field.options().GetExtension(v1::setting);
}

Unit UnitOf(const Field& field) {
  if (absl::EndsWith(field.name(), "_ms")) return Unit::kMilliseconds;
  if (absl::EndsWith(field.name(), "_bytes") || field.name() == "bytes") return Unit::kBytes;
  return Unit::kNone;
}

std::string FileName(const Field& field) {
  const std::string_view name = field.name();
  const std::string_view ending = Ending(UnitOf(field));
  return std::string(name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name);
}

const Field* FindField(const Message& message, std::string_view file_name) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (FileName(*type.field(i)) == file_name) return type.field(i);
  }
  return nullptr;
}

std::vector<std::string> FieldNames(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(FileName(*type.field(i)));
  return names;
}

std::string EnumFileName(const EnumValueDescriptor& value) {
  // Values are called after their type: LogLevel's begin with LOG_LEVEL_.
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return absl::AsciiStrToLower(value.name().substr(prefix.size() + 1));
}

std::string JoinPath(std::string_view path, std::string_view name) {
  std::string joined(path);
  if (!joined.empty()) joined += '.';
  return joined.append(name);
}

std::string ItemPath(std::string_view path, const Message& item, int index) {
  const Field* name = item.GetDescriptor()->FindFieldByName("name");
  if (name != nullptr) {
    const std::string text = item.GetReflection()->GetString(item, name);
    if (!text.empty()) return JoinPath(path, text);
  }
  return absl::StrCat(std::string(path), "[", index, "]");
}

std::string SetFromText(Message& message, const Field& field, std::string_view text) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING:
      if (field.is_repeated()) {
        reflection.AddString(&message, &field, std::string(text));
      } else {
        reflection.SetString(&message, &field, std::string(text));
      }
      return "";
    case Field::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return "must be true or false";
      reflection.SetBool(&message, &field, text == "true");
      return "";
    case Field::CPPTYPE_ENUM:
      return SetEnum(message, field, text);
    default:
      return SetNumber(message, field, text);
  }
}

std::string TextOf(const Message& message, const Field& field) {
  if (SettingOf(field).secret()) return "(secret)";
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case Field::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case Field::CPPTYPE_ENUM:
      return EnumFileName(*reflection.GetEnum(message, &field));
    case Field::CPPTYPE_UINT32:
      return FormatNumber(UnitOf(field), reflection.GetUInt32(message, &field));
    default:
      return FormatNumber(UnitOf(field), reflection.GetUInt64(message, &field));
  }
}

void FillDefaults(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    const bool is_message = field.cpp_type() == Field::CPPTYPE_MESSAGE;
    if (field.is_repeated()) {
      for (int j = 0; is_message && j < reflection.FieldSize(message, &field); ++j) {
        FillDefaults(*reflection.MutableRepeatedMessage(&message, &field, j));
      }
    } else if (is_message) {
      if (SettingOf(field).on_demand() && !reflection.HasField(message, &field)) continue;
      FillDefaults(*reflection.MutableMessage(&message, &field));
    } else if (!reflection.HasField(message, &field)) {
      // An empty text is no number: such a field is a string, whose default is empty.
      const std::string& text = SettingOf(field).default_value();
      const std::string problem = SetFromText(message, field, text);
      Check(problem.empty(), field.full_name() + ": its default " + problem);
    }
  }
}

void CheckBounds(const Message& message, std::string_view path, Problems& problems) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    const std::string here = JoinPath(path, FileName(field));
    if (field.is_repeated()) {
      CheckItems(message, field, here, problems);
    } else if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      if (reflection.HasField(message, &field)) {
        CheckBounds(reflection.GetMessage(message, &field), here, problems);
      }
    } else {
      CheckScalar(message, field, here, problems);
    }
  }
}

}  // namespace roomcast::ops
