#include "server/websocket/extension_list.h"

#include <utility>

#include "server/websocket/http_head.h"

namespace roomcast::websocket {
namespace {

// Walks over one value. Each step takes what it names off the front, with the space around it.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) { SkipSpace(); }

  [[nodiscard]] bool AtEnd() const { return left_.empty(); }

  // Whether `mark` was there.
  bool Take(char mark) {
    if (left_.empty() || left_.front() != mark) return false;
    left_.remove_prefix(1);
    SkipSpace();
    return true;
  }

  // Empty: there is none.
  std::string_view TakeToken() {
    std::size_t size = 0;
    while (size < left_.size() && IsToken(left_.substr(size, 1))) ++size;
    const std::string_view token = left_.substr(0, size);
    left_.remove_prefix(size);
    SkipSpace();
    return token;
  }

  // What stands between quotes, of which the first is taken already. Nothing: they do not end.
  std::optional<std::string> TakeQuoted() {
    std::string text;
    for (std::size_t at = 0; at < left_.size(); ++at) {
      if (left_[at] == '"') {
        left_.remove_prefix(at + 1);
        SkipSpace();
        return text;
      }
      if (left_[at] == '\\' && ++at == left_.size()) break;
      text.push_back(left_[at]);
    }
    return std::nullopt;
  }

 private:
  void SkipSpace() {
    while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\t')) {
      left_.remove_prefix(1);
    }
  }

  std::string_view left_;
};

bool ReadParameter(Cursor& cursor, ExtensionParameter& parameter) {
  parameter.name = cursor.TakeToken();
  if (parameter.name.empty()) return false;
  if (!cursor.Take('=')) return true;
  if (cursor.Take('"')) {
    parameter.value = cursor.TakeQuoted();
  } else {
    parameter.value = std::string(cursor.TakeToken());
  }
  return parameter.value && IsToken(*parameter.value);
}

}  // namespace

bool ReadExtensions(std::string_view value, std::vector<Extension>& list) {
  Cursor cursor(value);
  while (!cursor.AtEnd()) {
    if (cursor.Take(',')) continue;
    Extension extension;
    extension.name = cursor.TakeToken();
    if (extension.name.empty()) return false;
    while (cursor.Take(';')) {
      if (!ReadParameter(cursor, extension.parameters.emplace_back())) return false;
    }
    if (!cursor.AtEnd() && !cursor.Take(',')) return false;
    list.push_back(std::move(extension));
  }
  return true;
}

}  // namespace roomcast::websocket
