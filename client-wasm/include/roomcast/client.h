#ifndef ROOMCAST_CLIENT_H_
#define ROOMCAST_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace roomcast {

// The C++ SDK: join rooms of a hub, hear their publications, publish. The same client core that
// runs in browsers; the same words as the npm package.
//
// No exceptions, no RTTI and no threads of its own: everything happens inside calls to Client and
// inside its transport's callbacks, on the thread that makes them. Views given to a callback are
// good until it returns. A callback may call the client, and may not destroy it.

enum class ConnectionState { kDisconnected, kConnecting, kConnected, kReconnecting, kClosed };
enum class RoomState { kLeft, kJoining, kJoined };
enum class DataEncoding { kBytes, kText, kJson };

// Every call settles in exactly one of these. kUnknown: it was sent, and nobody can tell what
// came of it: the hub that could is gone, or it was sent again after a reconnect and then refused.
enum class CallOutcome { kDone, kRefused, kTimedOut, kAborted, kUnknown };

// Why something is not as one wished. `code` 0: nothing is wrong.
struct Trouble {
  std::uint32_t code = 0;
  std::string_view name;     // one word with underscores, as in docs/PROTOCOL.md
  std::string_view message;  // for a developer's eyes
  bool retryable = false;
};

struct Result {
  CallOutcome outcome = CallOutcome::kDone;
  Trouble trouble;
  std::uint64_t offset = 0;  // of an acknowledged publication
  bool duplicate = false;    // it had taken effect before
};
using Done = std::function<void(const Result&)>;

// A publication in a room.
struct Message {
  std::string_view room;
  std::string_view type;
  DataEncoding encoding = DataEncoding::kBytes;
  std::string_view data;
  std::string_view key;
  std::string_view user;     // empty: a backend that named nobody
  std::string_view session;  // empty: a backend
  std::uint64_t offset = 0;  // 0: ephemeral, has no place in the stream
  std::int64_t time_at = 0;  // microseconds since the Unix epoch by the hub's clock
  bool own = false;          // this client published it
  bool replay = false;       // from before the join
};

// Also after each automatic rejoin.
struct JoinedRoom {
  std::string_view room;
  bool again = false;
  bool recovered = false;      // nothing was lost since the position that was asked for
  std::uint64_t replayed = 0;  // so many messages of before follow
};

struct MissedMessages {
  std::string_view room;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

// What the application hears. All are optional.
struct ClientEvents {
  std::function<void(ConnectionState state, const Trouble& why)> on_state;
  std::function<void(const Message&)> on_message;
  std::function<void(const JoinedRoom&)> on_joined;
  std::function<void(std::string_view room, const Trouble& why)> on_left;
  std::function<void(const MissedMessages&)> on_gap;
  // Something went wrong that no call asked for.
  std::function<void(const Trouble&)> on_error;
};

// The world of one client: one socket at a time, one timer, two clocks and randomness. The native
// one is roomcast/beast_transport.h; a test brings its own.
class Transport {
 public:
  // Whom it reports to. Reports name the generation of the socket that they are about.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnOpen(std::uint32_t generation) = 0;
    virtual void OnMessage(std::uint32_t generation, std::string_view bytes) = 0;
    virtual void OnText(std::uint32_t generation) = 0;
    // 1006 where there was no close handshake, and where the socket could not be opened.
    virtual void OnClosed(std::uint32_t generation, std::uint16_t code,
                          std::string_view reason) = 0;
    virtual void OnTimer() = 0;
  };
  struct Clocks {
    std::int64_t monotonic_us = 0;
    std::int64_t wall_us = 0;  // since the Unix epoch
  };

  virtual ~Transport() = default;
  // Once, before anything else; nullptr when the listener goes, and nothing is reported after that.
  virtual void Attach(Listener* listener) = 0;
  // Never reports from within these calls.
  virtual void Open(std::uint32_t generation, std::string_view url, std::string_view protocol) = 0;
  virtual void Send(std::uint32_t generation, std::string_view bytes) = 0;
  virtual void Close(std::uint32_t generation, std::uint16_t code, std::string_view reason) = 0;
  // In place of the one before. kNoTimer: none.
  static constexpr std::int64_t kNoTimer = INT64_MAX;
  virtual void SetTimer(std::int64_t monotonic_us) = 0;
  virtual Clocks Read() const = 0;
  // From a cryptographic source.
  virtual void FillRandom(char* out, std::size_t bytes) = 0;
};

struct ClientConfig {
  std::string url;    // ws://host:port/ws
  std::string token;  // empty: anonymous, where the hub allows it
  std::string name = "roomcast-cpp";
};

// Where reading begins when a room is first joined.
struct ReadFrom {
  std::uint32_t last_count = 0;  // the last so many that history holds; 0: from now on
};

struct OutgoingMessage {
  std::string_view type;
  DataEncoding encoding = DataEncoding::kText;
  std::string_view data;  // at most 64 KiB
  std::string_view key;
};

class Client {
 public:
  // `transport` outlives the client.
  Client(const ClientConfig& config, ClientEvents events, Transport& transport);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Stays connected until Disconnect, Close, or an end that says stop. Done when connected.
  void Connect(Done done = {});
  // Calls under way are aborted; rooms stay wanted for the next Connect.
  void Disconnect();
  // For good.
  void Close();

  // Intent: a joined room is joined again after each reconnect, from where reading stood.
  void Join(std::string_view room, Done done = {}, ReadFrom from = {});
  void Leave(std::string_view room, Done done = {});
  // Acknowledged, and sent again with the same id after a reconnect to the same hub instance.
  void Publish(std::string_view room, const OutgoingMessage& message, Done done = {});
  // Volatile: no acknowledgement, no place in the stream. False: dropped, there is no connection.
  bool Send(std::string_view room, const OutgoingMessage& message);

  [[nodiscard]] ConnectionState state() const;
  [[nodiscard]] RoomState room_state(std::string_view room) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomcast

#endif  // ROOMCAST_CLIENT_H_
