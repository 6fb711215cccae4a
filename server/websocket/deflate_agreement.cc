#include "server/websocket/deflate_agreement.h"

#include <algorithm>
#include <string_view>

namespace roomcast::websocket {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::string_view kServerForgets = "server_no_context_takeover";
constexpr std::string_view kClientForgets = "client_no_context_takeover";
constexpr std::string_view kServerWindow = "server_max_window_bits";
constexpr std::string_view kClientWindow = "client_max_window_bits";

// 8 to 15, without leading zeros. Nothing: it is something else.
std::optional<std::uint8_t> WindowBits(std::string_view value) {
  if (value == "8" || value == "9") return static_cast<std::uint8_t>(value[0] - '0');
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') {
    return static_cast<std::uint8_t>(10 + (value[1] - '0'));
  }
  return std::nullopt;
}

// Whether this parameter can be agreed to; then `agreement` says so.
bool Take(const ExtensionParameter& parameter, DeflateAgreement& agreement) {
  if (parameter.name == kServerForgets || parameter.name == kClientForgets) {
    return !parameter.value;
  }
  if (parameter.name == kClientWindow) return !parameter.value || WindowBits(*parameter.value);
  if (parameter.name != kServerWindow || !parameter.value) return false;
  const auto bits = WindowBits(*parameter.value);
  if (!bits || *bits == 8) return false;
  agreement = {*bits, true};
  return true;
}

std::optional<DeflateAgreement> Take(const Extension& offer) {
  if (offer.name != kName) return std::nullopt;
  DeflateAgreement agreement;
  // Four names are known, so a fifth parameter is unknown or there twice.
  if (offer.parameters.size() > 4) return std::nullopt;
  for (auto one = offer.parameters.begin(); one != offer.parameters.end(); ++one) {
    const bool twice = std::any_of(offer.parameters.begin(), one,
                                   [&](const auto& earlier) { return earlier.name == one->name; });
    if (twice || !Take(*one, agreement)) return std::nullopt;
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> AgreeOnDeflate(std::span<const Extension> offers) {
  for (const Extension& offer : offers) {
    if (const auto agreement = Take(offer)) return agreement;
  }
  return std::nullopt;
}

std::string WriteAgreement(const DeflateAgreement& agreement) {
  std::string text(kName);
  text.append("; ").append(kServerForgets).append("; ").append(kClientForgets);
  if (agreement.names_window) {
    text.append("; ").append(kServerWindow);
    text.append("=").append(std::to_string(agreement.server_window_bits));
  }
  return text;
}

}  // namespace roomcast::websocket
