#include "absl/strings/str_cat.h"
#include "tests/bridge/memory_gateway.h"

namespace roomcast::bridge {

void MemoryGateway::Note(std::string order) {
  const std::lock_guard<std::mutex> lock(mutex_);
  orders_.push_back(std::move(order));
}

std::vector<std::string> MemoryGateway::orders() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return orders_;
}

void MemoryGateway::JoinUser(JoinUserCommand command, Done<SessionCount> done) {
  Note(absl::StrCat("join ", command.user, " ", command.room, command.keep ? " keep" : ""));
  std::move(done)(SessionCount{2});
}

void MemoryGateway::LeaveUser(LeaveUserCommand command, Done<SessionCount> done) {
  Note(absl::StrCat("leave ", command.user, " ", command.room, " ", command.code, " ",
                    command.reason));
  std::move(done)(SessionCount{1});
}

void MemoryGateway::Disconnect(DisconnectCommand command, Done<SessionCount> done) {
  constexpr const char* kWho[] = {"user", "session", "room"};
  Note(absl::StrCat("disconnect ", kWho[static_cast<int>(command.who)], " ", command.name, " ",
                    command.code, " ", command.reason, " ", command.retry_after_ms));
  std::move(done)(SessionCount{3});
}

void MemoryGateway::TrimHistory(TrimHistoryCommand command, Done<TrimOutcome> done) {
  std::string how = command.restart ? "restart" : "";
  if (command.up_to) how = absl::StrCat(command.up_to->epoch, ":", command.up_to->offset);
  if (command.keep_last) how = absl::StrCat("keep ", *command.keep_last);
  Note(absl::StrCat("trim ", command.room, " ", how));
  std::move(done)(TrimOutcome{{77, 9}, 4});
}

void MemoryGateway::Drain(DrainCommand command, Done<DrainOutcome> done) {
  const auto text = [](const auto& ms) { return ms ? absl::StrCat(*ms) : "configured"; };
  Note(absl::StrCat("drain ", text(command.notice_ms), " ", text(command.spread_ms)));
  std::move(done)(DrainOutcome{18'000});
}

void MemoryGateway::ReloadConfig(bool dry_run, Done<ReloadOutcome> done) {
  Note(dry_run ? "reload dry" : "reload");
  std::move(done)(ReloadOutcome{{"log.level"}, {"shards"}});
}

void MemoryGateway::MintToken(MintTokenCommand command, Done<MintedToken> done) {
  Note(absl::StrCat("mint ", command.user, " ", command.lifetime_s, " ", command.rooms.size()));
  std::move(done)(MintedToken{"a.b.c", 1'700'000'000'000'000});
}

}  // namespace roomcast::bridge
