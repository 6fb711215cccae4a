#include "server/auth/json_object.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace roomcast::auth {

JsonVerdict ParseJsonObject(std::string_view text, nlohmann::json& object) {
  using Json = nlohmann::json;
  std::vector<std::set<std::string>> names;
  bool duplicate = false;
  bool deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    deep = deep || depth > kJsonDepthMax;
    if (event == Json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == Json::parse_event_t::key) {
      duplicate = !names.back().insert(parsed.get<std::string>()).second || duplicate;
    }
    return true;
  };
  Json parsed = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (deep || !parsed.is_object()) return JsonVerdict::kMalformed;
  if (duplicate) return JsonVerdict::kDuplicate;
  object = std::move(parsed);
  return JsonVerdict::kGood;
}

}  // namespace roomcast::auth
