// `roomcast watch`: what happens in rooms, as lines, through cuts of the connection.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bridge/command.h"
#include "bridge/publication_line.h"

namespace roomcast::bridge {
namespace {

// What may be on its way to us.
constexpr std::uint64_t kCreditBytes = 1024 * 1024;
constexpr std::chrono::seconds kBetweenTries(1);

class WatchCommand {
 public:
  WatchCommand(Command& command, std::uint64_t count, v1::WatchRequest first)
      : command_(command), count_(count), first_(std::move(first)) {}

  ExitCode Run() {
    while (true) {
      const grpc::Status status = RunOnce();
      if (done_) return ExitCode::kDone;
      // A hub that was never there is a mistake; one that has gone comes back.
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE || instance_.empty()) {
        return command_.Failed(status);
      }
      command_.err() << "cut off, trying again" << std::endl;
      std::this_thread::sleep_for(kBetweenTries);
      GoOnFromHere();
    }
  }

 private:
  grpc::Status RunOnce() {
    grpc::ClientContext context;
    const auto stub = command_.Connect(context, /*deadline=*/false);
    const auto stream = stub->Watch(&context);
    v1::WatchRequest request = first_;
    request.set_credit_bytes(kCreditBytes);
    stream->Write(request);
    names_.clear();
    v1::WatchResponse response;
    while (!done_ && stream->Read(&response)) {
      for (const v1::WatchEvent& event : response.events()) {
        if (!done_) Tell(event);
      }
      v1::WatchRequest more;
      more.set_credit_bytes(response.ByteSizeLong());
      stream->Write(more);
    }
    if (done_) context.TryCancel();
    return stream->Finish();
  }

  // Rooms go on from where they stand; what a prefix met in between is not known.
  void GoOnFromHere() {
    for (v1::WatchAdd& add : *first_.mutable_add()) {
      const auto found = positions_.find(add.room());
      if (add.has_room() && found != positions_.end()) *add.mutable_position() = found->second;
    }
  }

  void Tell(const v1::WatchEvent& event) {
    if (event.has_opened()) return Opened(event.opened());
    if (event.has_joined()) return Joined(event.joined());
    if (event.has_room_batch()) return Batch(event.room_batch());
    if (event.has_gap()) {
      const std::string& room = names_[event.gap().handle()];
      positions_[room].set_offset(event.gap().to());
      Remark(absl::StrCat("missed ", event.gap().from(), "..", event.gap().to(), " of ", room));
    } else if (event.has_reset()) {
      const std::string& room = names_[event.reset().handle()];
      positions_[room] = event.reset().position();
      Remark(absl::StrCat(room, " begins anew"));
    } else if (event.has_left() && event.left().has_error()) {
      Remark(absl::StrCat("not watched: ", event.left().error().message(), " (code ",
                          event.left().error().code(), ")"));
    } else if (event.has_lifecycle()) {
      Life(event.lifecycle());
    }
  }

  void Opened(const v1::WatchOpened& opened) {
    if (!instance_.empty() && instance_ != opened.instance()) Remark("it is another hub now");
    instance_ = opened.instance();
  }

  void Joined(const v1::WatchJoined& joined) {
    names_[joined.handle()] = joined.room();
    v1::Position& position = positions_[joined.room()];
    position.set_epoch(joined.position().epoch());
    position.set_offset(joined.start());
    Remark(absl::StrCat("joined ", joined.room(),
                        joined.verdict() == v1::VERDICT_LOST ? ", not everything could come" : ""));
  }

  void Batch(const v1::RoomBatch& batch) {
    const std::string& room = names_[batch.handle()];
    v1::Position& position = positions_[room];
    for (const v1::Publication& one : batch.publications()) {
      // A page may overlap what came before.
      if (one.offset() != 0 && one.offset() <= position.offset()) continue;
      if (one.offset() != 0) position.set_offset(one.offset());
      if (done_) return;
      Print(room, one);
      done_ = ++printed_ == count_;
    }
  }

  void Print(const std::string& room, const v1::Publication& one) {
    if (command_.flags().json) {
      command_.PrintJson(one);
    } else {
      const bool many = first_.add_size() > 1 || first_.add(0).has_prefix();
      command_.out() << (many ? AsOneLine(room) + " " : "") << LineOf(one) << std::endl;
    }
  }

  void Life(const v1::Lifecycle& life) {
    if (command_.flags().json) {
      command_.PrintJson(life);
      return;
    }
    const char* words[] = {"?", "opened", "closed", "joined by", "left by"};
    const std::size_t kind = life.kind() <= 4 ? life.kind() : 0;
    command_.out() << AsOneLine(absl::StrCat(life.room(), " ", words[kind], " ", life.user(), " ",
                                             life.session()))
                   << std::endl;
  }

  void Remark(const std::string& text) { command_.err() << AsOneLine(text) << std::endl; }

  Command& command_;
  const std::uint64_t count_;  // 0: for ever
  v1::WatchRequest first_;
  std::string instance_;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::string, v1::Position> positions_;
  std::uint64_t printed_ = 0;
  bool done_ = false;
};

}  // namespace

ExitCode WatchCommandLine(Command& command) {
  const CommandFlags& flags = command.flags();
  std::uint32_t last = 0;
  std::uint64_t count = 0;
  bool fits = (flags.last.empty() || absl::SimpleAtoi(flags.last, &last)) &&
              (flags.count.empty() || absl::SimpleAtoi(flags.count, &count));
  v1::WatchRequest request;
  const auto add = [&]() -> v1::WatchAdd& {
    v1::WatchAdd& one = *request.add_add();
    one.set_id(static_cast<std::uint32_t>(request.add_size()));
    one.set_lifecycle(flags.lifecycle);
    return one;
  };
  for (const std::string& room : command.words()) {
    v1::WatchAdd& one = add();
    one.set_room(room);
    if (last > 0) one.set_last_count(last);
    if (!flags.since.empty()) fits = fits && ReadPosition(flags.since, *one.mutable_position());
  }
  if (!flags.prefix.empty()) add().set_prefix(flags.prefix);
  if (!flags.since.empty() && command.words().size() != 1) fits = false;
  if (!fits || request.add_size() == 0) {
    return command.Usage(
        "give rooms, or --prefix NAMESPACE:; "
        "[--last N] [--since EPOCH:OFFSET] [--count N] [--lifecycle]");
  }
  return WatchCommand(command, count, std::move(request)).Run();
}

}  // namespace roomcast::bridge
