#include "server/ops/log.h"

#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

namespace roomcast::ops {
namespace {

using Json = nlohmann::json;

const char* NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

// With quotes.
std::string Quoted(std::string_view text) {
  return Json(text).dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string Rfc3339(WallTime time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const std::time_t whole = static_cast<std::time_t>(seconds.count());
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string milliseconds = std::to_string((since - seconds).count());
  milliseconds.insert(0, 3 - milliseconds.size(), '0');
  return std::string(text, length) + "." + milliseconds + "Z";
}

std::string TextOf(const LogValue& value) {
  return std::visit(
      [](auto held) -> std::string {
        using Held = decltype(held);
        if constexpr (std::is_same_v<Held, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, std::string_view>) {
          return Quoted(held);
        } else {
          return std::to_string(held);
        }
      },
      value);
}

void WriteToStderr(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string FormatLogLine(WallTime time, LogLevel level, std::string_view message,
                          std::span<const LogField> fields) {
  std::string line = R"({"time":")" + Rfc3339(time) + R"(","level":")";
  line.append(NameOf(level)).append(R"(","message":)").append(Quoted(message));
  for (const LogField& field : fields) {
    line.append(",").append(Quoted(field.name)).append(":").append(TextOf(field.value));
  }
  return line.append("}\n");
}

Log::Log(LogLevel level)
    : Log(level, WriteToStderr, [] { return std::chrono::system_clock::now(); }) {}

Log::Log(LogLevel level, Sink sink, Clock clock)
    : level_(level), sink_(std::move(sink)), clock_(std::move(clock)) {}

void Log::Write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  if (!Wants(level)) return;
  const std::string line = FormatLogLine(clock_(), level, message, fields);
  const std::lock_guard lock(mutex_);
  sink_(line);
}

void LogConnectionEnd(Log& log, const ConnectionEnd& end) {
  log.Write(LogLevel::kInfo, "connection ended",
            {{"session", end.session},
             {"user", end.user},
             {"address", end.address},
             {"duration_ms", end.duration.count()},
             {"bytes_in", end.bytes_in},
             {"bytes_out", end.bytes_out},
             {"messages_in", end.messages_in},
             {"messages_out", end.messages_out},
             {"code", end.code},
             {"reason", end.reason}});
}

}  // namespace roomcast::ops
