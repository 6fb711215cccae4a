#include "client-wasm/native/watch.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "roomcast/beast_transport.h"
#include "roomcast/client.h"

namespace roomcast::client {
namespace {

constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kWrongWords = 2;

struct WatchOptions {
  std::string room;
  std::string url = "ws://127.0.0.1:8080/ws";
  std::string token;
  std::uint32_t last = 0;
  std::uint64_t count = 0;  // 0: for ever
  bool json = false;
};

template <class T>
bool ParseNumber(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<WatchOptions> Parse(std::span<const std::string_view> words, std::string& wrong) {
  WatchOptions options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      options.json = true;
      continue;
    }
    if (!word.starts_with("--")) {
      if (!options.room.empty()) wrong = "one room only, not also " + std::string(word);
      options.room = word;
      continue;
    }
    const std::string_view value = i + 1 < words.size() ? words[++i] : std::string_view();
    bool ok = !value.empty();
    if (word == "--url") {
      options.url = value;
    } else if (word == "--token") {
      options.token = value;
    } else if (word == "--last") {
      ok = ParseNumber(value, options.last);
    } else if (word == "--count") {
      ok = ParseNumber(value, options.count);
    } else {
      wrong = "there is no " + std::string(word);
    }
    if (!ok) wrong = std::string(word) + " needs a value";
  }
  if (options.room.empty()) wrong = "which room?";
  if (!wrong.empty()) return std::nullopt;
  return options;
}

std::string_view NameOf(DataEncoding encoding) {
  switch (encoding) {
    case DataEncoding::kText:
      return "text";
    case DataEncoding::kJson:
      return "json";
    case DataEncoding::kBytes:
      break;
  }
  return "bytes";
}

void Print(const WatchOptions& options, const Message& message) {
  if (!options.json) {
    std::cout << message.offset << ' ' << (message.user.empty() ? "-" : message.user) << ' '
              << (message.type.empty() ? "-" : message.type) << ' ';
    if (message.encoding == DataEncoding::kBytes) {
      std::cout << message.data.size() << " bytes" << std::endl;
    } else {
      std::cout << message.data << std::endl;
    }
    return;
  }
  nlohmann::json line{{"room", message.room},
                      {"offset", message.offset},
                      {"time_us", message.time_at},
                      {"type", message.type},
                      {"encoding", NameOf(message.encoding)},
                      {"user", message.user}};
  if (message.encoding == DataEncoding::kBytes) {
    line["data_bytes"] = message.data.size();
  } else {
    line["data"] = message.data;
  }
  std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

class Watch {
 public:
  explicit Watch(const WatchOptions& options)
      : options_(options),
        transport_(io_),
        signals_(io_, SIGINT, SIGTERM),
        client_({options.url, options.token, "roomcast-watch"}, Events(), transport_) {}

  int Run() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (!error) Finish(kDone);
    });
    client_.Join(options_.room,
                 [this](const Result& result) {
                   if (result.outcome == CallOutcome::kRefused) Complain(result.trouble);
                 },
                 {options_.last});
    client_.Connect();
    io_.run();
    return code_;
  }

 private:
  ClientEvents Events() {
    ClientEvents events;
    events.on_message = [this](const Message& message) {
      if (options_.count > 0 && printed_ == options_.count) return;
      Print(options_, message);
      if (++printed_ == options_.count) Finish(kDone);
    };
    events.on_joined = [](const JoinedRoom& joined) {
      std::cerr << "joined " << joined.room << (joined.again ? " again" : "") << std::endl;
    };
    events.on_gap = [](const MissedMessages& gap) {
      std::cerr << "missed " << gap.from << ".." << gap.to << std::endl;
    };
    events.on_state = [this](ConnectionState state, const Trouble& why) {
      if (why.code != 0 && !finished_) std::cerr << why.name << ": " << why.message << std::endl;
      const bool over =
          state == ConnectionState::kDisconnected || state == ConnectionState::kClosed;
      if (over) Finish(kRefused);
    };
    return events;
  }

  void Complain(const Trouble& trouble) {
    std::cerr << "roomcast: " << trouble.name << ": " << trouble.message << std::endl;
    Finish(kRefused);
  }

  void Finish(int code) {
    if (std::exchange(finished_, true)) return;
    code_ = code;
    signals_.cancel();
    // Not from within the client's own callback: its words go out first, then the loop runs dry.
    boost::asio::post(io_, [this] { client_.Close(); });
  }

  const WatchOptions& options_;
  boost::asio::io_context io_;
  BeastTransport transport_;
  boost::asio::signal_set signals_;
  std::uint64_t printed_ = 0;
  bool finished_ = false;
  int code_ = kDone;
  Client client_;
};

}  // namespace

std::string_view WatchHelp() {
  return "  watch ROOM --url URL       the same as a member, over a WebSocket\n"
         "    [--token TOKEN] [--last N] [--count N] [--json]\n";
}

int RunWatch(std::span<const std::string_view> words) {
  std::string wrong;
  const std::optional<WatchOptions> options = Parse(words, wrong);
  if (!options) {
    std::cerr << "roomcast: watch: " << wrong << "\n" << WatchHelp();
    return kWrongWords;
  }
  return Watch(*options).Run();
}

}  // namespace roomcast::client
