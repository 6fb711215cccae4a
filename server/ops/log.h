#ifndef ROOMCAST_SERVER_OPS_LOG_H_
#define ROOMCAST_SERVER_OPS_LOG_H_

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace roomcast::ops {

// The log: one JSON object a line. `time`, `level` and `message` come first, then the line's own
// fields in their order. A payload, a token or a key is never a field.

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

using WallTime = std::chrono::system_clock::time_point;

// Text is a view: it has to live during the call only.
using LogValue = std::variant<bool, std::int64_t, std::uint64_t, std::string_view>;

struct LogField {
  // snake_case; the log's own three names are not for fields.
  std::string_view name;
  LogValue value;

  LogField(std::string_view name_in, bool truth) : name(name_in), value(truth) {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) LogField(std::string_view name_in, Number number)
      : name(name_in) {
    if constexpr (std::is_signed_v<Number>) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = static_cast<std::uint64_t>(number);
    }
  }
  LogField(std::string_view name_in, std::string_view text) : name(name_in), value(text) {}
  LogField(std::string_view name_in, const std::string& text)
      : name(name_in), value(std::string_view(text)) {}
  LogField(std::string_view name_in, const char* text)
      : name(name_in), value(std::string_view(text)) {}
};

// The line with its line feed: RFC 8259 JSON in UTF-8, the time as RFC 3339 in UTC with
// milliseconds. Bytes that are not UTF-8 become U+FFFD. Pure.
std::string FormatLogLine(WallTime time, LogLevel level, std::string_view message,
                          std::span<const LogField> fields);

// Writes lines at or above its level, each whole and with one write. Any thread. A write that
// fails is dropped: a hub does not die of a closed terminal.
class Log {
 public:
  // Where a line goes; called under the log's lock.
  using Sink = std::function<void(std::string_view line)>;
  using Clock = std::function<WallTime()>;

  // To stderr, by the system's clock.
  explicit Log(LogLevel level);
  Log(LogLevel level, Sink sink, Clock clock);

  [[nodiscard]] bool Wants(LogLevel level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }
  // Any thread; from the next line on.
  void SetLevel(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
  void Write(LogLevel level, std::string_view message, std::span<const LogField> fields);
  void Write(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields = {}) {
    Write(level, message, std::span<const LogField>(fields.begin(), fields.size()));
  }

 private:
  std::atomic<LogLevel> level_;
  const Sink sink_;
  const Clock clock_;
  std::mutex mutex_;
};

// How a connection went, told once it is over.
struct ConnectionEnd {
  // The connection's or session's id, as in the bridge's ListSessions.
  std::string_view session;
  // Whether it had told who it is. The user's name itself is not logged.
  bool user = false;
  // The peer's, without the port.
  std::string_view address;
  std::chrono::milliseconds duration{0};
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  // The close code, and the words of the side that ended it.
  std::uint32_t code = 0;
  std::string_view reason;
};

// One line at level info: message "connection ended".
void LogConnectionEnd(Log& log, const ConnectionEnd& end);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_LOG_H_
