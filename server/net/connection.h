#ifndef ROOMCAST_SERVER_NET_CONNECTION_H_
#define ROOMCAST_SERVER_NET_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/ids.h"
#include "server/hub/outbox.h"
#include "server/hub/shared_bytes.h"
#include "server/net/doorman.h"
#include "server/net/file_descriptor.h"
#include "server/net/handshake.h"
#include "server/net/poller.h"
#include "server/net/send_queue.h"
#include "server/net/tls_stream.h"
#include "server/websocket/frame_parser.h"

namespace roomcast::net {

class Connections;

// One accepted socket, from its first byte to its last: perhaps TLS, head, open, closing, ended. It
// turns bytes into the hub's inputs, and what the hub queues into bytes. It belongs to its shard's
// Connections and lives on that shard's thread; it is freed at the end of a turn, never in the
// middle of anything.
//
// It reads into the buffer that Connections lends, asks for readiness instead of reading ahead, and
// writes once a turn. What it holds for itself while idle is this object alone: there may be tens
// of thousands of them.
class Connection {
 public:
  // `all` outlives this. The socket is non-blocking.
  Connection(Connections& all, hub::ConnectionId id, FileDescriptor socket, Visit visit);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Once, when it can be found by its id.
  void Start();

  // What the hub may do; see hub::Outbox. None of these calls back.
  hub::Outbox::Fill Push(hub::SharedBytes bytes, hub::Outbox::Lane lane);
  void Close(std::uint16_t code, std::string_view reason, std::string_view label);
  void SetReading(bool reading);

  // What the loop does in its turn.
  void OnReady(bool readable, bool writable);
  void Flush();
  // The same with the first write made by somebody else. The pieces of it; 0: it cannot be, and
  // Flush() is to be called. What became of it, a count or -errno, before anything else happens;
  // and then the rest of the flush.
  [[nodiscard]] std::size_t GatherFirst(std::span<iovec> pieces) const;
  void OnWritten(ssize_t result);
  void GoOnFlushing(ssize_t result, std::size_t offered);
  [[nodiscard]] int socket() const { return socket_.get(); }
  // For who looks: the client's, as far as proxies say it, and what waits to be written.
  [[nodiscard]] std::string address() const { return visit_.address().Text(); }
  [[nodiscard]] std::size_t queued_bytes() const { return queue_.bytes(); }
  // Reading was switched on again: what was put aside comes first.
  void ResumeReading();
  void OnDeadline();
  // When it is taken for lost if it stays silent. The kernel knows of signs of life that no read
  // shows: a peer that only takes bytes acknowledges them, and what the hub does not take just now
  // has come all the same. Asked when the time has come.
  Instant AskIfLost();
  // The hub stops; a connection that is no WebSocket yet has no more to expect.
  void EndIfHead();
  // At once, whatever waits to be written. `label` is a literal.
  void End(std::string_view label);

  // When OnDeadline() is due; kNever: it is not.
  [[nodiscard]] Instant deadline() const { return deadline_; }

 private:
  enum class Phase : std::uint8_t { kTls, kHead, kOpen, kClosing, kEnded };
  // Bytes that came in one buffer with the message after which the hub stopped reading: from
  // `begin` on they were not looked at yet.
  struct Held {
    std::vector<std::byte> bytes;
    std::size_t begin = 0;
  };

  // A file on its way. Its bytes are queued piece by piece, so that a slow reader of a long file
  // costs one piece.
  struct Download {
    std::shared_ptr<const std::string> file;
    std::size_t queued = 0;
    std::uint64_t out_before = 0;  // bytes_out_ when its deadline was set
  };

  // A violation whose close frame waits for answers that are on their way from other shards.
  struct Verdict {
    std::uint16_t code = 0;
    std::string reason;
    std::string_view label;
  };

  // connection_input.cc: what the peer's bytes do.
  void WaitReadable();
  void OnReadable();
  void OnEndOfStream();
  void OnBytes(std::span<std::byte> bytes);
  void OnHead(std::span<std::byte> bytes);
  // Who it is, where the request says more than the socket.
  void Identify();
  [[nodiscard]] std::optional<ops::TurnedAway> RefusedFor() const;
  void Upgrade(const Handshake::Upgraded& answer);
  void OnNewFrames(std::span<std::byte> bytes);
  // Until the hub stops reading; how many bytes are then left.
  std::size_t OnFrames(std::span<std::byte> bytes);
  void OnMessage(const websocket::Message& message);
  [[nodiscard]] std::uint32_t MessageBytesMax() const;
  // The application said its first word: this is no stranger any more.
  void OnWelcome();
  void OnControlFrame();
  void OnPing(const websocket::Ping& ping);
  void OnPeerClose(const websocket::Close& close);
  void OnFrameError(const websocket::FrameError& error);
  // What the peer says is still run.
  [[nodiscard]] bool Listens() const { return phase_ == Phase::kOpen && !verdict_; }

  // connection_tls.cc.
  void StartTls(const CurrentTls& tls);
  void ShakeHands();
  void OnTlsFailed(ops::TlsFailure failure);
  // False: the handshake, or what a full socket left behind, comes first.
  bool TlsMayWrite();

  // connection.cc: what is written, and how it ends. Labels are literals.
  void Respond(const Handshake::Respond& answer);
  void QueuePiece();
  [[nodiscard]] bool DownloadGoesOn() const;
  void SetDownloadDeadline();
  void TurnAway(ops::TurnedAway reason);
  void Violate(std::uint16_t code, std::string_view reason, std::string_view label);
  // Violate(), but not before the answers to earlier messages, if they come soon.
  void Condemn(Verdict verdict);
  void BeginClosing(std::uint16_t code, std::string_view label);
  void TellHub(std::uint16_t code);
  void OnPeerGone(std::string_view label);
  void PushRegardless(hub::SharedBytes bytes, hub::Outbox::Lane lane = hub::Outbox::Lane::kOrdered);
  void PushPong(hub::SharedBytes bytes);
  void Write(int writes);
  // After a write with this result; it may be the end.
  bool MayWriteMore(ssize_t result, std::size_t offered);
  void AfterWrites();
  void OnAlive(const Now& now);
  void WaitWritable();
  void OnWritable();
  void Watch(Poller::Interest wanted);
  void AfterFlush();
  void WantFlush();
  void WantResume();
  void SetDeadline(Duration after);
  template <class Change>
  void CountQueuedAround(Change change);
  void Log() const;

  // What every delivery touches comes first, so that it is in few cache lines.
  Connections& all_;
  const hub::ConnectionId id_;
  FileDescriptor socket_;
  Phase phase_ = Phase::kHead;
  Poller::Interest watched_;
  std::uint8_t deflate_window_bits_ = 0;  // 0: messages travel as they are
  SendQueue queue_;
  // Null: bytes go to the socket as they are.
  std::unique_ptr<TlsStream> tls_;
  std::unique_ptr<Verdict> verdict_;
  Instant deadline_ = kNever;
  std::uint64_t bytes_out_ = 0;
  std::uint32_t messages_out_ = 0;
  std::uint32_t unanswered_ = 0;  // messages in, less messages out since, but not below 0
  bool welcomed_ = false;
  bool full_ = false;          // the socket takes no more: OnWritable() is to come
  bool flush_wanted_ = false;  // on the turn's list

  bool is_websocket_ = false;
  bool hub_knows_ = false;      // OnOpen was said, and the end was not
  bool reading_ = true;         // the hub takes messages
  bool resume_wanted_ = false;  // on the turn's list
  bool last_words_ = false;     // closing: nothing of the peer is awaited but its end
  bool write_shut_ = false;
  bool peer_ended_ = false;  // its end of stream came
  std::uint16_t end_code_ = 0;
  // How it ended: a literal, for the log.
  std::string_view end_label_;

  websocket::FrameParser parser_;
  std::unique_ptr<Handshake> handshake_;
  std::unique_ptr<Held> held_;
  std::unique_ptr<Download> download_;

  Visit visit_;
  Instant accepted_at_;
  Instant alive_at_{};
  Instant control_window_begin_{};
  std::uint64_t bytes_in_ = 0;
  std::uint64_t tcp_heard_ = 0;
  std::uint32_t messages_in_ = 0;
  std::uint32_t control_frames_ = 0;
  std::uint32_t unwelcomed_bytes_left_ = 0;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_CONNECTION_H_
