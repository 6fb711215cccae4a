#include "client-wasm/core/client_core.h"

#include <algorithm>
#include <array>

#include "client-wasm/core/names.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

namespace roomcast::client {
namespace {

// How long after a failed refresh the application is asked again.
constexpr Duration kRefreshAgain = 10s;

constexpr Names kStateNames("disconnected\0connecting\0connected\0reconnecting\0closed");

std::uint64_t PublicHalf(const std::array<char, kProducerBytes>& producer) {
  std::uint64_t half = 0;
  for (int i = 7; i >= 0; --i) half = half << 8 | static_cast<unsigned char>(producer[i]);
  return half;
}

}  // namespace

ClientCore::ClientCore(const ClientOptions& options, const Now& now)
    : now_(now),
      token_(options.token, options.token_provider),
      backoff_({kBackoffFirst, kBackoffMost, kBackoffStable}),
      random_(options.seed),
      url_(options.url),
      name_(options.name),
      version_(options.version),
      producer_(options.producer),
      producer_public_(PublicHalf(options.producer)) {}

bool ClientCore::Begin(const Now& now) {
  if (!TakeTime(now)) return false;
  Wake(false);
  return true;
}

bool ClientCore::TakeTime(const Now& now) {
  const std::int64_t wall = Microseconds(now.wall) - Microseconds(now_.wall);
  const Duration slept = Duration(wall) - (now.instant - now_.instant);
  now_ = now;
  deadlines_moved_ = true;
  if (slept < kClockJump) return false;
  // The clock that samples were taken with stood still.
  clock_.Forget();
  return true;
}

void ClientCore::Finish() {
  if (deadlines_moved_) {
    const Instant next = NextDeadline();
    // A deadline that only moved away is looked at again when the timer comes.
    if (next != told_timer_ && (next < told_timer_ || told_timer_ <= now_.instant)) {
      told_timer_ = next;
      effects_.Emit(SetTimer{next});
    }
  }
  effects_.Flush();
}

Instant ClientCore::NextDeadline() const {
  Instant next = std::min({requests_.NextDeadline(), queue_.NextDeadline(), token_.deadline()});
  if (phase_ == Phase::kWaiting) next = std::min(next, retry_at_);
  if (connection_) next = std::min(next, connection_->NextDeadline());
  if (phase_ != Phase::kLive) return next;
  if (!token_.asking()) next = std::min(next, refresh_at_);
  for (const auto& room : rooms_) {
    next = std::min(next, room->retry_at());
    if (room->phase() == RoomPhase::kAsked) {
      next = std::min(next, room->asked_at().instant + kCallTimeout);
    }
  }
  return next;
}

void ClientCore::Enter(Step step, const Fault& fault) {
  const std::optional<Phase> next = Next(phase_, step);
  if (!next) return;
  const ConnectionState before = state();
  phase_ = *next;
  if (phase_ == Phase::kLive) was_connected_ = true;
  if (phase_ == Phase::kIdle || phase_ == Phase::kClosed) was_connected_ = false;
  if (phase_ != Phase::kWaiting) retry_at_ = kNever;
  if (state() == before && phase_ != Phase::kWaiting) return;
  effects_.Emit(StateChanged{state(), before, Kept(fault), retry_at_});
  if (trace_ >= TraceLevel::kInfo) {
    KeptText text(kStateNames[static_cast<std::size_t>(state())]);
    if (fault.code != 0) {
      text.Append(": ");
      text.Append(fault.name);
    }
    TraceText(TraceLevel::kInfo, text);
  }
}

// ---- Attempts
// ------------------------------------------------------------------------------------

void ClientCore::StartAttempt() {
  last_attempt_ = now_;
  if (!token_.NeedsNew(now_)) return OpenNow();
  Enter(Step::kAskToken, {});
  if (!token_.asking()) {
    AskToken(token_.token().empty() ? TokenReason::kInitial : TokenReason::kExpired);
  }
}

void ClientCore::OpenNow() {
  last_attempt_ = now_;
  ++stats_.attempts;
  last_generation_ = static_cast<Generation>(static_cast<std::uint32_t>(last_generation_) + 1);
  connection_.emplace(last_generation_, now_);
  Enter(Step::kOpen, {});
  effects_.Emit(OpenSocket{last_generation_, effects_.Keep(moved_to_.empty() ? url_ : moved_to_),
                           "roomcast.v1"});
}

void ClientCore::CloseSocketAs(std::uint16_t code, std::string_view reason) {
  effects_.EmitClose({connection_->generation(), code, effects_.Keep(reason)});
}

void ClientCore::ForgetConnection() {
  connection_.reset();
  refresh_ = kNoCall;
  refresh_at_ = kNever;
  for (const auto& room : rooms_) TakeRoomStep(*room, RoomStep::kDown);
  // Who is not asked for again in the next Hello is out.
  SettleAll(Request::Kind::kLeave, kNoRoom, Outcome::kDone, {});
  SettleAll(Request::Kind::kPing, kNoRoom, Outcome::kRefused, FaultOf(ClientCode::kConnectionLost));
  requests_.MarkUnsent();
  queue_.MarkUnsent();
  backoff_.OnLost(now_.instant);
}

void ClientCore::OnLost(const Fault& fault, const RetryAdvice& advice) {
  if (phase_ != Phase::kLive) moved_to_.Clear();
  ForgetConnection();
  if (advice.after == AfterClose::kStop) return StopWith(fault, false);
  if (advice.after == AfterClose::kReconnectLate) backoff_.Raise();
  Duration advised = advice.retry_after;
  if (advice.spread > 0s) {
    advised += Duration(static_cast<std::int64_t>(
        random_.Below(static_cast<std::uint64_t>(advice.spread.count()))));
  }
  Duration wait = std::max(backoff_.Next(random_.Next()), advised);
  if (hidden_) wait = std::max(wait, kHiddenInterval - Elapsed(last_attempt_, now_));
  retry_at_ = now_.instant + wait;
  not_before_ = now_.instant + advised;
  Enter(Step::kWait, fault);
}

void ClientCore::StopWith(const Fault& fault, bool by_application) {
  token_.GiveUp();
  session_id_.Clear();
  session_key_.Clear();
  moved_to_.Clear();
  Enter(Step::kStop, fault);
  SettleEverything(fault, by_application);
}

void ClientCore::ProtocolError(ClientCode code, const char* text) {
  ++stats_.protocol_errors;
  Fault fault = FaultOf(code, text);
  effects_.Emit(Problem{kNoRoom, fault});
  CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kBadRequest), fault.name);
  OnLost(fault, {});
}

// ---- Wishes
// --------------------------------------------------------------------------------------

CallId ClientCore::Connect(const Now& now) {
  Begin(now);
  if (phase_ == Phase::kClosed) return RefuseAtOnce(kNoRoom, FaultOf(ClientCode::kClosed));
  const CallId call = AddRequest(Request::Kind::kConnect, kNoRoom);
  if (phase_ == Phase::kLive) {
    SettleAll(Request::Kind::kConnect, kNoRoom, Outcome::kDone, {});
  } else if (phase_ == Phase::kIdle) {
    StartAttempt();
  } else {
    Wake(false);
  }
  Finish();
  return call;
}

void ClientCore::Disconnect(const Now& now) {
  Begin(now);
  if (phase_ == Phase::kLive) SendBody(kNoCall, Bye{});
  if (connection_) CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kNormal), {});
  ForgetConnection();
  StopWith(FaultOf(ClientCode::kDisconnected), true);
  Finish();
}

void ClientCore::Close(const Now& now) {
  Begin(now);
  if (phase_ == Phase::kClosed) return Finish();
  if (phase_ == Phase::kLive) SendBody(kNoCall, Bye{});
  if (connection_) CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kNormal), {});
  for (const auto& room : rooms_) LeaveRoom(*room);
  ForgetConnection();
  token_.GiveUp();
  Enter(Step::kClose, FaultOf(ClientCode::kClosed));
  SettleEverything(FaultOf(ClientCode::kClosed), true);
  Finish();
}

// ---- The token
// -----------------------------------------------------------------------------------

void ClientCore::AskToken(TokenReason reason) { effects_.Emit(token_.Ask(now_, reason)); }

void ClientCore::OnTokenTaken() {
  token_.OnTaken(now_, token_lifetime_);
  if (!token_.has_provider() || token_lifetime_ == 0s) return;
  // The next one is asked for well before the hub would end the connection.
  refresh_at_ = now_.instant + token_lifetime_ - std::min<Duration>(token_lifetime_ / 4, 60s);
}

void ClientCore::GiveToken(const Now& now, std::uint32_t request, std::string_view token) {
  if (token.size() > kTokenBytesMax || !IsUtf8(token)) return TokenFailed(now, request, true);
  Begin(now);
  if (token_.OnToken(request, token)) {
    if (phase_ == Phase::kToken) OpenNow();
    if (phase_ == Phase::kLive) {
      refresh_ = NextCall();
      SendBody(refresh_, Refresh{token});
    }
  }
  Finish();
}

void ClientCore::TokenFailed(const Now& now, std::uint32_t request, bool permanent) {
  Begin(now);
  if (token_.OnFailed(request)) {
    const Fault fault = FaultOf(ClientCode::kTokenFailed);
    if (phase_ == Phase::kToken && permanent) {
      StopWith(fault, false);
    } else if (phase_ == Phase::kToken) {
      OnLost(fault, {});
    } else if (phase_ == Phase::kLive) {
      effects_.Emit(Problem{kNoRoom, fault});
      refresh_at_ = permanent ? kNever : now_.instant + kRefreshAgain;
    }
  }
  Finish();
}

// ---- The socket
// ----------------------------------------------------------------------------------

void ClientCore::OnSocketOpen(const Now& now, Generation generation) {
  Begin(now);
  if (connection_ && connection_->generation() == generation && phase_ == Phase::kOpening) {
    Enter(Step::kGreet, {});
    SendHello();
  }
  Finish();
}

void ClientCore::OnSocketClosed(const Now& now, Generation generation, std::uint32_t code,
                                std::string_view reason) {
  const bool jumped = TakeTime(now);
  if (!connection_ || connection_->generation() != generation) {
    if (jumped) Wake(false);
  } else {
    // Nothing is asked over a socket that is gone, whatever the clocks did.
    if (code == static_cast<std::uint32_t>(DisconnectCode::kTokenExpired)) token_.OnExpired();
    const std::string_view text = IsUtf8(reason) ? reason : std::string_view();
    OnLost(FaultOfClose(code, text), {AfterCloseCode(code), {}, {}});
  }
  Finish();
}

void ClientCore::OnText(const Now& now, Generation generation) {
  Begin(now);
  if (connection_ && connection_->generation() == generation) {
    ProtocolError(ClientCode::kBadFrame, "a text message");
  }
  Finish();
}

// ---- Time and signals
// ----------------------------------------------------------------------------

void ClientCore::OnTimer(const Now& now) {
  told_timer_ = kNever;
  Begin(now);
  ExpireCalls();
  RunConnectionDeadlines();
  RunRoomDeadlines();
  Finish();
}

void ClientCore::RunConnectionDeadlines() {
  if (now_.instant >= token_.deadline()) {
    token_.GiveUp();
    const Fault fault = FaultOf(ClientCode::kTokenTimeout);
    if (phase_ == Phase::kToken) return OnLost(fault, {});
    effects_.Emit(Problem{kNoRoom, fault});
    refresh_at_ = now_.instant + kRefreshAgain;
  }
  if (phase_ == Phase::kWaiting && now_.instant >= retry_at_) return StartAttempt();
  if (!connection_) return;
  switch (connection_->OnTime(now_)) {
    case Connection::Verdict::kTooSlow:
      CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kClosed), {});
      return OnLost(FaultOf(ClientCode::kConnectTimeout), {});
    case Connection::Verdict::kLost:
      ++stats_.lost_links;
      CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kNoPong), {});
      return OnLost(FaultOf(ClientCode::kNoPong), {});
    case Connection::Verdict::kProbe:
      ProbeLink();
      break;
    case Connection::Verdict::kWait:
      break;
  }
  if (phase_ != Phase::kLive) return;
  if (now_.instant >= connection_->move_at()) {
    CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kClosed), {});
    ForgetConnection();
    retry_at_ = now_.instant;
    Enter(Step::kWait, FaultOf(ClientCode::kMoving));
    return StartAttempt();
  }
  if (now_.instant >= refresh_at_ && !token_.asking()) {
    refresh_at_ = kNever;
    AskToken(TokenReason::kRefresh);
  }
}

void ClientCore::ProbeLink() {
  if (phase_ != Phase::kLive) return;
  if (const std::optional<roomcast::Ping> ping = connection_->Probe(now_)) SendBody(kNoCall, *ping);
}

void ClientCore::Wake(bool renew_attempt) {
  const bool fresh = Elapsed(last_attempt_, now_) < kFreshAttempt;
  switch (phase_) {
    case Phase::kLive:
      return ProbeLink();
    case Phase::kOpening:
    case Phase::kGreeting:
      if (!renew_attempt || fresh) return;
      CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kClosed), {});
      ForgetConnection();
      retry_at_ = now_.instant;
      Enter(Step::kWait, FaultOf(ClientCode::kConnectTimeout));
      return StartAttempt();
    case Phase::kWaiting:
      if (!fresh && now_.instant >= not_before_) return StartAttempt();
      // What a hidden page put off is not put off any more.
      retry_at_ = std::min(retry_at_, std::max(not_before_, last_attempt_.instant + kFreshAttempt));
      return;
    case Phase::kParked:
      return StartAttempt();
    case Phase::kIdle:
    case Phase::kToken:
    case Phase::kClosed:
      return;
  }
}

void ClientCore::Park() {
  if (!Next(phase_, Step::kPark)) return;
  // Not 1001, which a page cannot send. Any close without Bye parks the session.
  if (connection_) CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kClosed), {});
  ForgetConnection();
  Enter(Step::kPark, FaultOf(ClientCode::kParked));
}

void ClientCore::OnSignal(const Now& now, Signal signal) {
  if (signal == Signal::kUnload) return Close(now);
  Begin(now);
  switch (signal) {
    case Signal::kHidden:
      hidden_ = true;
      if (phase_ == Phase::kWaiting) {
        retry_at_ = std::max(retry_at_, last_attempt_.instant + kHiddenInterval);
      }
      break;
    case Signal::kVisible:
    case Signal::kPageShow:
      hidden_ = false;
      Wake(true);
      break;
    case Signal::kOnline:
    case Signal::kWake:
      Wake(true);
      break;
    case Signal::kOffline:
      ProbeLink();
      break;
    case Signal::kPageHide:
      Park();
      break;
    case Signal::kUnload:
      break;
  }
  Finish();
}

// ---- Questions
// -----------------------------------------------------------------------------------

std::optional<ClockSync::Reading> ClientCore::HubTime(const Now& now) const {
  return clock_.Read(Microseconds(now.instant));
}

Stats ClientCore::stats() const {
  Stats stats = stats_;
  stats.messages_out = effects_.messages_out();
  stats.bytes_out = effects_.bytes_out();
  stats.queued = queue_.size();
  stats.queued_bytes = queue_.bytes();
  return stats;
}

}  // namespace roomcast::client
