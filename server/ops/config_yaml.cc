#include "server/ops/config_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/protocol/utf8.h"

namespace roomcast::ops {
namespace {

using google::protobuf::Reflection;

// Walks YAML and schema side by side. Depth and breadth are the schema's: what it does not know is
// told and not entered, so an alias that contains itself is harmless.
class Walker {
 public:
  // `source` names the file or the flag; only a file's problems carry a line.
  Walker(std::string source, bool has_lines, Problems& problems)
      : source_(std::move(source)), has_lines_(has_lines), problems_(problems) {}

  void Map(const YAML::Node& node, std::string_view path, Message& message);
  void Value(const YAML::Node& node, const std::string& path, Message& message, const Field& field);
  // Null, and told, if there is none of that name that can be set.
  const Field* Find(const YAML::Mark& mark, std::string_view path, const std::string& name,
                    const Message& message);
  void Tell(const YAML::Mark& mark, std::string_view path, std::string_view what);

 private:
  void List(const YAML::Node& node, const std::string& path, Message& message, const Field& field);
  void Scalar(const YAML::Node& node, const std::string& path, Message& message,
              const Field& field);

  std::string source_;
  bool has_lines_;
  Problems& problems_;
};

// What an operator wrote, short.
std::string Shown(std::string_view text) {
  constexpr std::size_t kShownBytes = 100;
  if (text.size() <= kShownBytes) return std::string(text);
  return std::string(TruncateUtf8(text, kShownBytes)) + "...";
}

std::string_view KindOf(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a section";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return "a value";
    default:
      return "nothing";
  }
}

void Walker::Tell(const YAML::Mark& mark, std::string_view path, std::string_view what) {
  std::string line = source_;
  if (has_lines_ && !mark.is_null()) absl::StrAppend(&line, ":", mark.line + 1);
  line += ": ";
  if (!path.empty()) line.append(path).append(": ");
  problems_.push_back(line.append(what));
}

const Field* Walker::Find(const YAML::Mark& mark, std::string_view path, const std::string& name,
                          const Message& message) {
  const std::string here = JoinPath(path, Shown(name));
  const Field* field = FindField(message, name);
  if (field == nullptr) {
    Tell(
        mark, here,
        absl::StrCat("no such setting; the nearest is `", Nearest(name, FieldNames(message)), "`"));
  } else if (SettingOf(*field).planned()) {
    Tell(mark, here, "this version does not act on it yet");
    return nullptr;
  }
  return field;
}

void Walker::Map(const YAML::Node& node, std::string_view path, Message& message) {
  // A section whose lines are all commented out is an empty one.
  if (node.IsNull()) return;
  if (!node.IsMap()) {
    Tell(node.Mark(), path, absl::StrCat("must be a section, is ", std::string(KindOf(node))));
    return;
  }
  std::vector<std::string> seen;
  for (const auto& entry : node) {
    const YAML::Mark mark = entry.first.Mark();
    if (!entry.first.IsScalar()) {
      Tell(mark, path, "a key must be a name");
      continue;
    }
    const std::string& name = entry.first.Scalar();
    const Field* field = Find(mark, path, name, message);
    if (field == nullptr) continue;
    const std::string here = JoinPath(path, name);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      Tell(mark, here, "is there twice");
      continue;
    }
    seen.push_back(name);
    Value(entry.second, here, message, *field);
  }
}

void Walker::Value(const YAML::Node& node, const std::string& path, Message& message,
                   const Field& field) {
  if (field.is_repeated()) {
    List(node, path, message, field);
  } else if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
    Map(node, path, *message.GetReflection()->MutableMessage(&message, &field));
  } else {
    Scalar(node, path, message, field);
  }
}

void Walker::List(const YAML::Node& node, const std::string& path, Message& message,
                  const Field& field) {
  const Reflection& reflection = *message.GetReflection();
  reflection.ClearField(&message, &field);
  if (node.IsNull()) return;
  if (!node.IsSequence()) {
    Tell(node.Mark(), path, absl::StrCat("must be a list, is ", std::string(KindOf(node))));
    return;
  }
  int index = 0;
  for (const YAML::Node& element : node) {
    const std::string here = absl::StrCat(path, "[", index, "]");
    ++index;
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      Map(element, here, *reflection.AddMessage(&message, &field));
    } else {
      Scalar(element, here, message, field);
    }
  }
}

void Walker::Scalar(const YAML::Node& node, const std::string& path, Message& message,
                    const Field& field) {
  if (!node.IsScalar()) {
    Tell(node.Mark(), path, absl::StrCat("must be a value, is ", std::string(KindOf(node))));
    return;
  }
  const std::string problem = SetFromText(message, field, node.Scalar());
  if (problem.empty()) return;
  const bool secret = SettingOf(field).secret();
  Tell(node.Mark(), path,
       secret ? problem : absl::StrCat(problem, "; here it is `", Shown(node.Scalar()), "`"));
}

// The item called `name`; made if there is none.
Message* NamedItem(Message& message, const Field& field, const std::string& name) {
  const Reflection& reflection = *message.GetReflection();
  const Field* key = field.message_type()->FindFieldByName("name");
  if (key == nullptr || name.empty()) return nullptr;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    Message* item = reflection.MutableRepeatedMessage(&message, &field, i);
    if (item->GetReflection()->GetString(*item, key) == name) return item;
  }
  Message* item = reflection.AddMessage(&message, &field);
  item->GetReflection()->SetString(item, key, name);
  return item;
}

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> names(1);
  for (const char c : path) {
    if (c == '.') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

// Follows the path down to the field that is to be set, and sets it.
void Assign(const std::vector<std::string>& names, const YAML::Node& value, Walker& walker,
            v1::Config& config) {
  const YAML::Mark nowhere = YAML::Mark::null_mark();
  Message* message = &config;
  std::string path;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Field* field = walker.Find(nowhere, path, names[i], *message);
    if (field == nullptr) return;
    path = JoinPath(path, names[i]);
    if (i + 1 == names.size()) return walker.Value(value, path, *message, *field);
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) {
      return walker.Tell(nowhere, path, "has no settings of its own");
    }
    if (!field->is_repeated()) {
      message = message->GetReflection()->MutableMessage(message, field);
      continue;
    }
    message = NamedItem(*message, *field, names[++i]);
    if (message == nullptr) return walker.Tell(nowhere, path, "its items need a name");
    path = JoinPath(path, Shown(names[i]));
    if (i + 1 == names.size()) return walker.Map(value, path, *message);
  }
}

}  // namespace

void ApplyYaml(std::string_view file, std::string_view text, v1::Config& config,
               Problems& problems) {
  Walker walker(std::string(file), /*has_lines=*/true, problems);
  if (text.size() > kConfigTextBytesMax) {
    walker.Tell(YAML::Mark::null_mark(), "",
                absl::StrCat("has ", text.size(), " bytes, the most is ", kConfigTextBytesMax));
    return;
  }
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      walker.Tell(documents[1].Mark(), "", "a second document; the config is one");
    } else if (!documents.empty()) {
      walker.Map(documents[0], "", config);
    }
  } catch (const YAML::Exception& exception) {
    walker.Tell(exception.mark, "", "not YAML: " + Shown(exception.msg));
  }
}

void ApplyAssignment(std::string_view assignment, v1::Config& config, Problems& problems) {
  const std::size_t equals = assignment.find('=');
  const std::string path = Shown(assignment.substr(0, equals));
  Walker walker("--set", /*has_lines=*/false, problems);
  const YAML::Mark nowhere = YAML::Mark::null_mark();
  if (equals == std::string_view::npos || equals == 0) {
    return walker.Tell(nowhere, path, "must be written path.to.field=value");
  }
  const std::string_view text = assignment.substr(equals + 1);
  try {
    // Nothing after the `=` is the empty text, not nothing.
    const YAML::Node value =
        text.empty() ? YAML::Node(std::string()) : YAML::Load(std::string(text));
    Assign(SplitPath(assignment.substr(0, equals)), value, walker, config);
  } catch (const YAML::Exception& exception) {
    walker.Tell(nowhere, path, "not YAML: " + Shown(exception.msg));
  }
}

}  // namespace roomcast::ops
