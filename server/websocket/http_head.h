// The head of an HTTP/1.1 request (RFC 9112 sections 2 to 6), taken in as it arrives.
//
// Strict on purpose: a server behind a proxy must never see another request in the same bytes than
// the proxy did. So whatever the RFC lets a lenient parser repair (a bare line feed, a folded
// header, a space before a colon, a second Host, two lengths) is refused. Only GET without a body
// is taken: a WebSocket upgrade, or a static file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/websocket/refusal.h"

namespace roomcast::websocket {

struct HeadLimits {
  // From the request line to the empty line, both included.
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t uri_bytes_max = 8 * 1024;
  std::size_t headers_max = 64;
};

struct Header {
  std::string_view name;   // as it came; compare with NameIs()
  std::string_view value;  // without the space around it
};

// A request in order: GET, HTTP/1.1, one Host, no body. The views lie in the HeadReader that gave
// it.
struct Request {
  std::string_view target;  // as it came
  std::string_view path;    // begins with "/"; percent-encoding is left as it is
  std::string_view query;   // without the "?"
  std::string_view host;    // the Host header, or the target's authority where that is absolute
  std::vector<Header> headers;

  // The value of the first header of this name; nothing when there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
  std::size_t Count(std::string_view name) const;
  // Whether any header of this name lists `token`, in a comma-separated list, case ignored.
  bool Lists(std::string_view name, std::string_view token) const;
};

// Header names and most tokens ignore the case of ASCII letters.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
// RFC 9110 section 5.6.2: what a method, a header's name and a sub-protocol are made of.
bool IsToken(std::string_view text);
// The elements of a comma-separated list, without the space around them; empty ones are skipped.
std::vector<std::string_view> ListElements(std::string_view value);

struct HeadNeedMore {};
using HeadEvent = std::variant<HeadNeedMore, Request, Refusal>;

// Reads one head, then is done; make another one for the next request. Holds at most head_bytes_max
// bytes, and gives the verdict on a byte as soon as it comes: a TLS hello or a line that is too
// long does not wait for the end of the head. What comes out does not depend on how the bytes were
// cut. Owned by a connection during its handshake; one thread; deadlines are the caller's.
class HeadReader {
 public:
  explicit HeadReader(const HeadLimits& limits = {}) : limits_(limits) {}
  HeadReader(const HeadReader&) = delete;
  HeadReader& operator=(const HeadReader&) = delete;

  // Takes the head's bytes off the front of `input` and leaves what follows the head: the first
  // frame may come in the same packet as the upgrade. A Request's views are valid while this object
  // is. Not to be called again after a Request or a Refusal.
  [[nodiscard]] HeadEvent Next(std::span<const std::byte>& input);

 private:
  // How many bytes at the front are in the middle of a header's line and within the limit, where
  // only a control character would mean anything: what is left for Scan() is few.
  std::size_t PlainBytes(std::span<const std::byte> input) const;
  // Nothing: the byte is in order.
  std::optional<RefusalReason> Scan(char byte);
  std::optional<RefusalReason> ScanRequestLine(char byte);
  // Puts a refusal by the scan into words; the byte that caused it is `previous_`.
  Refusal Explain(RefusalReason reason) const;

  HeadLimits limits_;
  std::string head_;

  std::size_t scanned_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t lines_ = 0;  // complete ones
  std::size_t uri_bytes_ = 0;
  std::size_t spaces_in_request_line_ = 0;
  char previous_ = 0;
  bool complete_ = false;
};

}  // namespace roomcast::websocket
