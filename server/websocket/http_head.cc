#include "server/websocket/http_head.h"

#include <algorithm>
#include <array>

namespace roomcast::websocket {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBadRequestLine = "the first line is not: GET target HTTP/1.1";
// The longest method that anyone uses is shorter; more is no HTTP.
constexpr std::size_t kMethodBytesMax = 32;
// What a TLS hello begins with (RFC 8446 section 5.1): no HTTP does.
constexpr unsigned char kTlsHandshakeRecord = 0x16;

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAlphanumeric(char c) { return IsDigit(c) || (LowerCase(c) >= 'a' && LowerCase(c) <= 'z'); }

// RFC 9110 section 5.6.2. A table, because every byte of a header's name is asked about.
constexpr std::array<bool, 256> kTokenCharacters = [] {
  std::array<bool, 256> is{};
  for (unsigned char c = '0'; c <= '9'; ++c) is[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) is[c] = is[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) is[static_cast<unsigned char>(c)] = true;
  return is;
}();

bool IsTokenCharacter(char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; }

// Means nothing in the middle of a header's line.
bool IsPlain(unsigned char code) { return code >= 0x20 && code != 0x7F; }

// RFC 3986 section 3.2.2 and a port. Whether the name exists is not asked.
bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return IsAlphanumeric(c) ||
           std::string_view("-._~!$&'()*+;=%:[]").find(c) != std::string_view::npos;
  });
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + kLineEnd.size());
  return line;
}

// Splits a target into host, path and query. An absolute target's authority wins over Host
// (RFC 9112 section 3.2.2).
bool SplitTarget(Request& request) {
  std::string_view rest = request.target;
  if (rest.find('#') != std::string_view::npos) return false;
  if (rest.empty() || rest.front() != '/') {
    const std::size_t scheme_end = rest.find("://");
    if (scheme_end == std::string_view::npos) return false;
    const std::string_view scheme = rest.substr(0, scheme_end);
    if (!EqualsIgnoringCase(scheme, "http") && !EqualsIgnoringCase(scheme, "https")) return false;
    rest.remove_prefix(scheme_end + 3);
    const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
    request.host = rest.substr(0, host_end);
    if (!IsHost(request.host)) return false;
    rest.remove_prefix(host_end);
  }
  const std::size_t question = rest.find('?');
  request.path = rest.substr(0, question);
  if (question != std::string_view::npos) request.query = rest.substr(question + 1);
  if (request.path.empty()) request.path = "/";
  return true;
}

std::optional<Refusal> ParseRequestLine(std::string_view line, Request& request) {
  const Refusal bad{RefusalReason::kBadRequestLine, std::string(kBadRequestLine)};
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad;
  const std::string_view method = line.substr(0, first);  // a token, by the scan
  const std::string_view version = line.substr(last + 1);
  request.target = line.substr(first + 1, last - first - 1);
  if (request.target.empty()) return bad;
  const bool is_version = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                          IsDigit(version[5]) && version[6] == '.' && IsDigit(version[7]);
  if (!is_version) return bad;
  if (version != "HTTP/1.1") {
    return Refusal{RefusalReason::kHttpVersion, "only HTTP/1.1 is spoken here"};
  }
  if (method != "GET") return Refusal{RefusalReason::kMethod, "only GET is taken here"};
  if (!SplitTarget(request)) return bad;
  return std::nullopt;
}

std::optional<Refusal> ParseHeaderLine(std::string_view line, Request& request) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Refusal{RefusalReason::kFoldedHeader, "a header is folded over two lines"};
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return Refusal{RefusalReason::kBadHeader, "a header line has no colon"};
  }
  const std::string_view name = line.substr(0, colon);
  if (!name.empty() && (name.back() == ' ' || name.back() == '\t')) {
    return Refusal{RefusalReason::kSpaceBeforeColon, "a header has a space before its colon"};
  }
  if (!IsToken(name)) return Refusal{RefusalReason::kBadHeader, "a header's name is not a token"};
  request.headers.push_back(Header{name, TrimSpace(line.substr(colon + 1))});
  return std::nullopt;
}

std::optional<Refusal> CheckHost(Request& request, bool absolute_target) {
  const std::size_t hosts = request.Count("Host");
  if (hosts != 1) {
    return Refusal{RefusalReason::kHost,
                   "the request has " + std::to_string(hosts) + " Host headers, it needs one"};
  }
  const std::string_view host = *request.Find("Host");
  if (!IsHost(host)) return Refusal{RefusalReason::kHost, "the Host header is no host"};
  if (!absolute_target) request.host = host;
  return std::nullopt;
}

// No request with a body is taken; so all that could disagree about where it ends is refused.
std::optional<Refusal> CheckNoBody(const Request& request) {
  if (request.Count("Transfer-Encoding") > 0) {
    return Refusal{RefusalReason::kBody, "a request with Transfer-Encoding is not taken here"};
  }
  if (request.Count("Content-Length") > 1) {
    return Refusal{RefusalReason::kBody, "the request has two Content-Length headers"};
  }
  const auto length = request.Find("Content-Length");
  if (length.has_value() && *length != "0") {
    return Refusal{RefusalReason::kBody, "a request with a body is not taken here"};
  }
  return std::nullopt;
}

// `head` passed the scan: every line ends with CRLF, the last one is empty.
std::variant<Request, Refusal> Parse(std::string_view head) {
  Request request;
  request.headers.reserve(16);
  if (auto refusal = ParseRequestLine(TakeLine(head), request)) return *std::move(refusal);
  const bool absolute_target = !request.host.empty();
  for (std::string_view line = TakeLine(head); !line.empty(); line = TakeLine(head)) {
    if (auto refusal = ParseHeaderLine(line, request)) return *std::move(refusal);
  }
  if (auto refusal = CheckHost(request, absolute_target)) return *std::move(refusal);
  if (auto refusal = CheckNoBody(request)) return *std::move(refusal);
  return request;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return LowerCase(x) == LowerCase(y);
         });
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

std::vector<std::string_view> ListElements(std::string_view value) {
  std::vector<std::string_view> elements;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view element = TrimSpace(value.substr(0, end));
    if (!element.empty()) elements.push_back(element);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return elements;
}

std::optional<std::string_view> Request::Find(std::string_view name) const {
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::size_t Request::Count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(),
      [name](const Header& header) { return EqualsIgnoringCase(header.name, name); }));
}

bool Request::Lists(std::string_view name, std::string_view token) const {
  for (const Header& header : headers) {
    if (!EqualsIgnoringCase(header.name, name)) continue;
    for (const std::string_view element : ListElements(header.value)) {
      if (EqualsIgnoringCase(element, token)) return true;
    }
  }
  return false;
}

HeadEvent HeadReader::Next(std::span<const std::byte>& input) {
  std::size_t taken = 0;
  while (taken < input.size() && !complete_) {
    if (const std::size_t plain = PlainBytes(input.subspan(taken)); plain > 0) {
      previous_ = static_cast<char>(input[taken + plain - 1]);
      scanned_ += plain;
      line_bytes_ += plain;
      taken += plain;
      continue;
    }
    if (const auto reason = Scan(static_cast<char>(input[taken++]))) return Explain(*reason);
  }
  head_.append(reinterpret_cast<const char*>(input.data()), taken);
  input = input.subspan(taken);
  if (!complete_) return HeadNeedMore{};
  auto parsed = Parse(head_);
  if (auto* request = std::get_if<Request>(&parsed)) return std::move(*request);
  return std::move(std::get<Refusal>(parsed));
}

std::size_t HeadReader::PlainBytes(std::span<const std::byte> input) const {
  if (lines_ == 0 || previous_ == '\r') return 0;
  const std::size_t most = std::min(input.size(), limits_.head_bytes_max - scanned_);
  std::size_t count = 0;
  while (count < most && IsPlain(static_cast<unsigned char>(input[count]))) ++count;
  return count;
}

std::optional<RefusalReason> HeadReader::Scan(char byte) {
  const char before = previous_;
  previous_ = byte;
  if (before == '\r' && byte != '\n') return RefusalReason::kBareCarriageReturn;
  if (before != '\r' && byte == '\n') return RefusalReason::kBareLineFeed;
  const auto code = static_cast<unsigned char>(byte);
  if (code == kTlsHandshakeRecord && scanned_ == 0) return RefusalReason::kTlsHello;
  if ((code < 0x20 && byte != '\r' && byte != '\n' && byte != '\t') || code == 0x7F) {
    return RefusalReason::kBadByte;
  }
  if (lines_ == 0) {
    if (const auto reason = ScanRequestLine(byte)) return reason;
  }
  if (++scanned_ > limits_.head_bytes_max) return RefusalReason::kHeadTooLong;
  if (byte != '\n') {
    if (byte != '\r') ++line_bytes_;
    return std::nullopt;
  }
  complete_ = lines_ > 0 && line_bytes_ == 0;
  line_bytes_ = 0;
  // The first complete line is the request line; the empty one at the end is no header.
  if (lines_++ > limits_.headers_max && !complete_) return RefusalReason::kTooManyHeaders;
  return std::nullopt;
}

std::optional<RefusalReason> HeadReader::ScanRequestLine(char byte) {
  if (byte == '\r' || byte == '\n') {
    if (line_bytes_ > 0) return std::nullopt;
    return RefusalReason::kBadRequestLine;
  }
  if (static_cast<unsigned char>(byte) >= 0x80 || byte == '\t') return RefusalReason::kBadByte;
  if (byte == ' ' && line_bytes_ > 0) {
    if (++spaces_in_request_line_ > 2) return RefusalReason::kBadRequestLine;
  } else if (spaces_in_request_line_ == 0) {
    if (!IsTokenCharacter(byte) || line_bytes_ >= kMethodBytesMax) {
      return RefusalReason::kBadRequestLine;
    }
  } else if (spaces_in_request_line_ == 1 && ++uri_bytes_ > limits_.uri_bytes_max) {
    return RefusalReason::kUriTooLong;
  }
  return std::nullopt;
}

Refusal HeadReader::Explain(RefusalReason reason) const {
  switch (reason) {
    case RefusalReason::kBareCarriageReturn:
      return {reason, "a carriage return without a line feed"};
    case RefusalReason::kBareLineFeed:
      return {reason, "a line feed without a carriage return"};
    case RefusalReason::kBadByte:
      return {reason, "byte " + std::to_string(static_cast<unsigned char>(previous_)) +
                          " may not stand there in a request's head"};
    case RefusalReason::kTlsHello:
      return {reason, "this port speaks no TLS"};
    case RefusalReason::kUriTooLong:
      return {reason, "the URI has more than " + std::to_string(limits_.uri_bytes_max) + " bytes"};
    case RefusalReason::kHeadTooLong:
      return {reason, "the request's head has more than " + std::to_string(limits_.head_bytes_max) +
                          " bytes"};
    case RefusalReason::kTooManyHeaders:
      return {reason,
              "the request has more than " + std::to_string(limits_.headers_max) + " headers"};
    default:
      return {reason, std::string(kBadRequestLine)};
  }
}

}  // namespace roomcast::websocket
