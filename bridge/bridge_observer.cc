#include "bridge/bridge_observer.h"

namespace roomcast::bridge {

std::string_view RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNoKey:
      return "no_key";
    case Refusal::kWrongKey:
      return "wrong_key";
    case Refusal::kNotAllowed:
      return "not_allowed";
    case Refusal::kBadRequest:
      return "bad_request";
    case Refusal::kPastDeadline:
      return "past_deadline";
    case Refusal::kCancelled:
      return "cancelled";
    case Refusal::kHubRefused:
      return "hub_refused";
    case Refusal::kHubOverloaded:
      return "hub_overloaded";
  }
  return "unknown";
}

}  // namespace roomcast::bridge
