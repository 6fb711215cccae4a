#include "server/websocket/refusal.h"

namespace roomcast::websocket {
namespace {

struct Row {
  RefusalReason reason;
  int status;
  std::string_view label;
};

constexpr Row kRows[] = {
    {RefusalReason::kTlsHello, 400, "tls_hello"},
    {RefusalReason::kPlainHttp, 400, "plain_http"},
    {RefusalReason::kBadByte, 400, "bad_byte"},
    {RefusalReason::kBareCarriageReturn, 400, "bare_carriage_return"},
    {RefusalReason::kBareLineFeed, 400, "bare_line_feed"},
    {RefusalReason::kBadRequestLine, 400, "bad_request_line"},
    {RefusalReason::kBadHeader, 400, "bad_header"},
    {RefusalReason::kFoldedHeader, 400, "folded_header"},
    {RefusalReason::kSpaceBeforeColon, 400, "space_before_colon"},
    {RefusalReason::kHost, 400, "host"},
    {RefusalReason::kBody, 400, "body"},
    {RefusalReason::kMethod, 405, "method"},
    {RefusalReason::kUriTooLong, 414, "uri_too_long"},
    {RefusalReason::kHeadTooLong, 431, "head_too_long"},
    {RefusalReason::kTooManyHeaders, 431, "too_many_headers"},
    {RefusalReason::kHttpVersion, 505, "http_version"},
    {RefusalReason::kNoUpgrade, 426, "no_upgrade"},
    {RefusalReason::kWebSocketVersion, 426, "websocket_version"},
    {RefusalReason::kWebSocketKey, 400, "websocket_key"},
    {RefusalReason::kSubprotocol, 400, "subprotocol"},
    {RefusalReason::kOriginHeader, 400, "origin_header"},
    {RefusalReason::kExtensions, 400, "extensions"},
    {RefusalReason::kForwarded, 400, "forwarded"},
    {RefusalReason::kOrigin, 403, "origin"},
    {RefusalReason::kNotFound, 404, "not_found"},
    {RefusalReason::kTimeout, 408, "timeout"},
    {RefusalReason::kTooManyRequests, 429, "too_many_requests"},
    {RefusalReason::kUnavailable, 503, "unavailable"},
};

const Row& RowOf(RefusalReason reason) {
  for (const Row& row : kRows) {
    if (row.reason == reason) return row;
  }
  return kRows[0];
}

}  // namespace

std::string_view Label(RefusalReason reason) { return RowOf(reason).label; }

int Status(RefusalReason reason) { return RowOf(reason).status; }

std::string_view StatusText(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string WriteRefusal(const Refusal& refusal) {
  const int status = Status(refusal.reason);
  std::string response = "HTTP/1.1 " + std::to_string(status) + " ";
  response += StatusText(status);
  response += "\r\n";
  if (status == 405) response += "Allow: GET\r\n";
  if (status == 426) {
    response += "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n";
  } else {
    response += "Connection: close\r\n";
  }
  if (refusal.retry_after_s > 0) {
    response += "Retry-After: " + std::to_string(refusal.retry_after_s) + "\r\n";
  }
  response += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: ";
  response += std::to_string(refusal.text.size() + 1) + "\r\n\r\n";
  response += refusal.text;
  response += '\n';
  return response;
}

}  // namespace roomcast::websocket
