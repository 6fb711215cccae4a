#include "client-wasm/core/token_source.h"

namespace roomcast::client {

NeedToken TokenSource::Ask(const Now& now, TokenReason reason) {
  asking_ = true;
  deadline_ = now.instant + kAnswerDeadline;
  return NeedToken{++request_, reason};
}

bool TokenSource::OnToken(std::uint32_t request, std::string_view token) {
  if (request != 0 && (!asking_ || request != request_)) return false;
  token_ = token;
  stale_ = false;
  lifetime_ = {};
  asking_ = false;
  return true;
}

bool TokenSource::OnFailed(std::uint32_t request) {
  if (!asking_ || request != request_) return false;
  asking_ = false;
  return true;
}

}  // namespace roomcast::client
