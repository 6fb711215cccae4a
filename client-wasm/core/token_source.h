#ifndef ROOMCAST_CLIENT_WASM_CORE_TOKEN_SOURCE_H_
#define ROOMCAST_CLIENT_WASM_CORE_TOKEN_SOURCE_H_

#include <cstdint>
#include <string_view>

#include "client-wasm/core/effects.h"
#include "client-wasm/core/ids.h"
#include "client-wasm/core/kept_text.h"

namespace roomcast::client {

// The session's token, and at most one open question to the application for a new one. An answer
// to a question that is not open any more is ignored.
class TokenSource {
 public:
  // A provider that hangs is given up after this; its late answer does nothing.
  static constexpr Duration kAnswerDeadline = 30s;

  TokenSource(std::string_view token, bool provider)
      : token_(token), provider_(provider), stale_(token.empty()) {}

  std::string_view token() const { return token_; }
  bool has_provider() const { return provider_; }
  // A connection needs another token than this.
  bool NeedsNew(const Now& now) const {
    return provider_ && (stale_ || (lifetime_ > 0s && Elapsed(taken_at_, now) >= lifetime_));
  }
  // The hub took it, and will for so long; 0: for as long as it likes.
  void OnTaken(const Now& now, Duration lifetime) { taken_at_ = now, lifetime_ = lifetime; }
  // The hub said that it has expired. The next question's reason is kExpired.
  void OnExpired() { stale_ = true; }

  bool asking() const { return asking_; }
  // The question to put; at most one is open, so not while asking().
  NeedToken Ask(const Now& now, TokenReason reason);
  // Request 0: unasked. False: nobody asked for this.
  bool OnToken(std::uint32_t request, std::string_view token);
  bool OnFailed(std::uint32_t request);
  // The open question is given up.
  void GiveUp() { asking_ = false; }
  Instant deadline() const { return asking_ ? deadline_ : kNever; }

 private:
  KeptText token_;
  bool provider_;
  bool stale_;
  Now taken_at_{};
  Duration lifetime_{};  // 0: not known
  bool asking_ = false;
  std::uint32_t request_ = 0;
  Instant deadline_ = kNever;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_TOKEN_SOURCE_H_
