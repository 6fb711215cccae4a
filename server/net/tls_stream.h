#ifndef ROOMCAST_SERVER_NET_TLS_STREAM_H_
#define ROOMCAST_SERVER_NET_TLS_STREAM_H_

#include <openssl/types.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/net/tls_context.h"
#include "server/ops/metric_families.h"

namespace roomcast::net {

// TLS over one connected, non-blocking socket, the server's end. Reads and writes answer as recv()
// and send() do: a count, 0 at the end of the stream, or -1 with errno, EAGAIN among them.
//
// It takes no byte off the socket that it does not give out: what it has not read waits in the
// kernel, where readiness shows it. The loop's thread; ignores SIGPIPE only if the process does.
class TlsStream {
 public:
  // The socket is the caller's, and outlives this.
  TlsStream(const TlsContext& context, int socket);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream();

  enum class Step : std::uint8_t { kDone, kWantsRead, kWantsWrite, kFailed };
  // To be called again when the socket is ready for what it wants. kFailed: what there is to say
  // to the peer is written already.
  [[nodiscard]] Step ShakeHands();
  // After kFailed.
  [[nodiscard]] ops::TlsFailure failure() const { return failure_; }

  // At most what one record holds.
  [[nodiscard]] ssize_t Read(std::span<std::byte> into);
  // The last Read() could not go on because the socket takes no bytes (a key update wants its
  // answer first): wait for writability before the next.
  [[nodiscard]] bool read_wants_write() const { return read_wants_write_; }

  // Takes from the front of `pieces`, in records. When the socket is full it keeps the record that
  // it could not write, which counts as taken; then nothing more may be written until FlushKept()
  // has succeeded.
  [[nodiscard]] ssize_t Write(std::span<const iovec> pieces);
  [[nodiscard]] bool keeps_bytes() const { return !kept_.empty(); }
  // 0 when the kept record is written.
  [[nodiscard]] int FlushKept();

  // Tells the peer that nothing more comes (RFC 8446 section 6.1), if the socket takes it.
  void SayEnd();

 private:
  // The most that one record carries (RFC 8446 section 5.1).
  static constexpr std::size_t kRecordBytes = 16 * 1024;

  // What `result` of an SSL call that did not succeed means, as a return value and errno.
  int Explain(int result);

  SSL* const ssl_;
  std::string kept_;
  ops::TlsFailure failure_ = ops::TlsFailure::kOther;
  bool read_wants_write_ = false;
  bool broken_ = false;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_TLS_STREAM_H_
