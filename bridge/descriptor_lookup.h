// What reflection knows: the descriptors that are linked into this program.
#ifndef ROOMCAST_BRIDGE_DESCRIPTOR_LOOKUP_H_
#define ROOMCAST_BRIDGE_DESCRIPTOR_LOOKUP_H_

#include <optional>
#include <string>
#include <vector>

namespace roomcast::bridge {

// Serialized FileDescriptorProtos: a file, and each that it imports, once.
using DescriptorFiles = std::vector<std::string>;

// nullopt: there is no such file, symbol or extension.
std::optional<DescriptorFiles> FileByName(const std::string& name);
std::optional<DescriptorFiles> FileContainingSymbol(const std::string& symbol);
std::optional<DescriptorFiles> FileContainingExtension(const std::string& type, int number);
std::optional<std::vector<int>> ExtensionNumbers(const std::string& type);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_DESCRIPTOR_LOOKUP_H_
