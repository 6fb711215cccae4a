#ifndef ROOMCAST_SERVER_AUTH_JSON_OBJECT_H_
#define ROOMCAST_SERVER_AUTH_JSON_OBJECT_H_

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace roomcast::auth {

enum class JsonVerdict {
  kGood,
  kMalformed,  // not JSON in UTF-8, not an object, or nested deeper than kJsonDepthMax
  kDuplicate,  // a name is there twice in one object; readers would disagree about which counts
};

inline constexpr int kJsonDepthMax = 16;

// Parses a whole text as one JSON object (RFC 8259). `object` is set only where the verdict is
// good. Pure; any thread.
JsonVerdict ParseJsonObject(std::string_view text, nlohmann::json& object);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_JSON_OBJECT_H_
