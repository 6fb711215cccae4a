#include <cstring>

#include "tests/bench/failure.h"
#include "tests/bench/words.h"

namespace roomcast::bench {
namespace {

constexpr std::string_view kReady = "ready";

class Plain : public Words {
 public:
  [[nodiscard]] std::string_view path() const override { return "/"; }
  [[nodiscard]] std::string_view subprotocol() const override { return {}; }

  [[nodiscard]] std::vector<std::string> Greeting(std::string_view room) const override {
    std::vector<std::string> greeting;
    if (!room.empty()) greeting.push_back("S" + std::string(room));
    // Messages of a connection are dealt with in order, so the echo says that it is subscribed.
    greeting.push_back("E" + std::string(kReady));
    return greeting;
  }

  [[nodiscard]] std::string Publish(std::string_view room,
                                    std::string_view payload) const override {
    std::string message = "P";
    message += room;
    message += payload;
    return message;
  }

  void Read(std::string_view message, std::vector<Heard>& heard) const override {
    Heard one;
    if (message == kReady) {
      one.is_ready = true;
    } else if (message.size() >= kMarkBytes) {
      const Mark mark = ReadMark(message);
      one.first = mark.sequence;
      one.count = 1;
      one.due_at = mark.due_at;
    } else {
      throw Failure("a message of " + std::to_string(message.size()) + " bytes makes no sense");
    }
    heard.push_back(std::move(one));
  }
};

class Bare : public Plain {
 public:
  [[nodiscard]] std::vector<std::string> Greeting(std::string_view) const override { return {}; }
};

}  // namespace

void WriteMark(std::string& payload, const Mark& mark) {
  std::memcpy(payload.data(), &mark, kMarkBytes);
}

Mark ReadMark(std::string_view payload) {
  Mark mark;
  if (payload.size() < kMarkBytes) throw Failure("a payload is shorter than its mark");
  std::memcpy(&mark, payload.data(), kMarkBytes);
  return mark;
}

const Words& PlainWords() {
  static const Plain words;
  return words;
}

const Words& BareWords() {
  static const Bare words;
  return words;
}

}  // namespace roomcast::bench
