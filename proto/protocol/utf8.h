#ifndef ROOMCAST_PROTO_PROTOCOL_UTF8_H_
#define ROOMCAST_PROTO_PROTOCOL_UTF8_H_

#include <string_view>

namespace roomcast {

// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above
// U+10FFFF.
bool IsUtf8(std::string_view bytes);

// The longest prefix of `text`, at most `bytes_max` long, that does not cut a character.
std::string_view TruncateUtf8(std::string_view text, std::size_t bytes_max);

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_UTF8_H_
