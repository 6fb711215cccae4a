#include "bridge/descriptor_lookup.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

namespace roomcast::bridge {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

// Files before what they import: tools take the first one as the answer.
DescriptorFiles WithImports(const FileDescriptor& asked) {
  DescriptorFiles files;
  std::set<const FileDescriptor*> seen = {&asked};
  std::vector<const FileDescriptor*> waiting = {&asked};
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const FileDescriptor& file = *waiting[i];
    google::protobuf::FileDescriptorProto proto;
    file.CopyTo(&proto);
    files.push_back(proto.SerializeAsString());
    for (int d = 0; d < file.dependency_count(); ++d) {
      if (seen.insert(file.dependency(d)).second) waiting.push_back(file.dependency(d));
    }
  }
  return files;
}

std::optional<DescriptorFiles> WithImports(const FileDescriptor* asked) {
  if (asked == nullptr) return std::nullopt;
  return WithImports(*asked);
}

}  // namespace

std::optional<DescriptorFiles> FileByName(const std::string& name) {
  return WithImports(Pool().FindFileByName(name));
}

std::optional<DescriptorFiles> FileContainingSymbol(const std::string& symbol) {
  return WithImports(Pool().FindFileContainingSymbol(symbol));
}

std::optional<DescriptorFiles> FileContainingExtension(const std::string& type, int number) {
  const Descriptor* extended = Pool().FindMessageTypeByName(type);
  if (extended == nullptr) return std::nullopt;
  const FieldDescriptor* extension = Pool().FindExtensionByNumber(extended, number);
  return WithImports(extension == nullptr ? nullptr : extension->file());
}

std::optional<std::vector<int>> ExtensionNumbers(const std::string& type) {
  const Descriptor* extended = Pool().FindMessageTypeByName(type);
  if (extended == nullptr) return std::nullopt;
  std::vector<const FieldDescriptor*> extensions;
  Pool().FindAllExtensions(extended, &extensions);
  std::vector<int> numbers;
  numbers.reserve(extensions.size());
  for (const FieldDescriptor* extension : extensions) numbers.push_back(extension->number());
  return numbers;
}

}  // namespace roomcast::bridge
