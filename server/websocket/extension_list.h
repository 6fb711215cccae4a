// The value of a Sec-WebSocket-Extensions header (RFC 6455 section 9.1): a list of extensions, each
// with parameters. Says what is written there and nothing about its meaning.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::websocket {

struct ExtensionParameter {
  std::string_view name;
  // Without the quotes it may have come in; nothing: there was no "=".
  std::optional<std::string> value;
};

struct Extension {
  std::string_view name;
  std::vector<ExtensionParameter> parameters;
};

// Adds what one header's value lists, in its order, to `list`. The names lie in `value`. False: the
// value is malformed, and the handshake must fail. A quoted value must be a token once it is
// unquoted. Empty elements are skipped, as everywhere in HTTP's lists.
[[nodiscard]] bool ReadExtensions(std::string_view value, std::vector<Extension>& list);

}  // namespace roomcast::websocket
