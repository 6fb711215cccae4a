// Requests in order, and one row per refusal. Each is read whole, byte by byte, and with other
// bytes behind it.
#include "server/websocket/http_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace roomcast::websocket {
namespace {

using testing::ElementsAre;

struct Verdict {
  // "GET /path?query at host", "needs more", or "status label".
  std::string line;
  std::size_t left_bytes = 0;
};

Verdict ReadHead(std::string_view wire, std::size_t piece_bytes, const HeadLimits& limits = {}) {
  HeadReader reader(limits);
  while (!wire.empty()) {
    // A buffer of its own, gone afterwards: the reader may not look back at it.
    const std::string lent(wire.substr(0, piece_bytes));
    std::span<const std::byte> input = std::as_bytes(std::span(lent));
    const HeadEvent event = reader.Next(input);
    wire.remove_prefix(lent.size() - input.size());
    if (const auto* refusal = std::get_if<Refusal>(&event)) {
      EXPECT_FALSE(refusal->text.empty());
      return {std::to_string(Status(refusal->reason)) + " " + std::string(Label(refusal->reason))};
    }
    if (const auto* request = std::get_if<Request>(&event)) {
      std::string line = "GET " + std::string(request->path);
      if (!request->query.empty()) line += "?" + std::string(request->query);
      return {line + " at " + std::string(request->host), wire.size()};
    }
  }
  return {"needs more"};
}

struct Row {
  std::string name;
  std::string wire;
  std::string verdict;
  HeadLimits limits = {};
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Head : public testing::TestWithParam<Row> {};

TEST_P(Head, IsJudgedAlikeHoweverItIsCut) {
  const Row& row = GetParam();
  for (const std::size_t piece : {1u, 2u, 3u, 17u, 1u << 20}) {
    EXPECT_EQ(ReadHead(row.wire, piece, row.limits).line, row.verdict) << "in pieces of " << piece;
    const std::string tail = "\x82\x80 first frame";
    const Verdict with_tail = ReadHead(row.wire + tail, piece, row.limits);
    EXPECT_EQ(with_tail.line, row.verdict) << "with bytes behind it, in pieces of " << piece;
    if (row.verdict.starts_with("GET")) {
      EXPECT_EQ(with_tail.left_bytes, tail.size());
    }
  }
}

std::string Get(std::string_view headers) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

std::string Headers(int count) {
  std::string headers;
  for (int i = 0; i < count; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  return headers;
}

// A head of exactly this many bytes.
std::string HeadOf(std::size_t bytes) {
  const std::size_t rest = Get("X: \r\n").size();
  return Get("X: " + std::string(bytes - rest, 'x') + "\r\n");
}

INSTANTIATE_TEST_SUITE_P(
    InOrder, Head,
    testing::Values(
        Row{"TheLeast", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / at h"},
        Row{"WithPortAndQuery", "GET /a/b%20c?x=1&y=/? HTTP/1.1\r\nhOsT:\t h.example:8080 \r\n\r\n",
            "GET /a/b%20c?x=1&y=/? at h.example:8080"},
        Row{"Ipv6Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / at [::1]:80"},
        Row{"AnAbsoluteTargetNamesTheHost",
            "GET http://real.example/x?y HTTP/1.1\r\nHost: other\r\n\r\n",
            "GET /x?y at real.example"},
        Row{"AnAbsoluteTargetWithoutPath",
            "GET https://real.example?y HTTP/1.1\r\nHost: other\r\n\r\n",
            "GET /?y at real.example"},
        Row{"NoBodySaidInSoManyWords", Get("Content-Length: 0\r\n"), "GET / at h"},
        Row{"ValuesMayHoldOtherBytes", Get("X: \xC3\xA9\t\"quoted\"\r\nEmpty:\r\n"), "GET / at h"},
        Row{"SixtyFourHeaders", Get(Headers(63)), "GET / at h"},
        Row{"HeadAtTheLimit", HeadOf(16 * 1024), "GET / at h"},
        Row{"UriAtTheLimit",
            "GET /" + std::string(8 * 1024 - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /" + std::string(8 * 1024 - 1, 'a') + " at h"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    NotHttp, Head,
    testing::Values(
        Row{"TlsHelloOnThePlainPort", std::string("\x16\x03\x01\x02\x00\x01", 6), "400 tls_hello"},
        Row{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 http_version"},
        Row{"ProxyProtocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "400 bad_request_line"},
        Row{"Nul", Get(std::string("X: a\0b\r\n", 8)), "400 bad_byte"},
        Row{"Escape", Get("X: \x1B[2J\r\n"), "400 bad_byte"},
        Row{"Delete", Get("X: \x7F\r\n"), "400 bad_byte"},
        Row{"BareLineFeed", "GET / HTTP/1.1\nHost: h\n\n", "400 bare_line_feed"},
        Row{"BareLineFeedInAHeader", Get("X: a\nContent-Length: 5\r\n"), "400 bare_line_feed"},
        Row{"BareCarriageReturn", Get("X: a\rContent-Length: 5\r\n"), "400 bare_carriage_return"},
        Row{"TwoCarriageReturns", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n",
            "400 bare_carriage_return"},
        Row{"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"SpaceFirst", " GET / HTTP/1.1\r\n", "400 bad_request_line"},
        Row{"RandomBytes", "\x9B\x04\xF1\x88", "400 bad_byte"},
        Row{"AWebSocketFrame", "\x82\x85\x01\x02\x03\x04hello", "400 bad_byte"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    RequestLine, Head,
    testing::Values(
        Row{"NoVersion", "GET /\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"SpaceInTheTarget", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"SpaceAtTheEnd", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"TabInsteadOfSpace", "GET\t/ HTTP/1.1\r\n", "400 bad_byte"},
        Row{"NotAscii", "GET /\xC3\xA9 HTTP/1.1\r\n", "400 bad_byte"},
        Row{"NoSlash", "GET index.html HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"Fragment", "GET /#top HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"OtherScheme", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"UserInTheTarget", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n",
            "400 bad_request_line"},
        Row{"LowerCaseVersion", "GET / http/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Row{"Http10", "GET / HTTP/1.0\r\nHost: h\r\n\r\n", "505 http_version"},
        Row{"Http12", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", "505 http_version"},
        Row{"Post", "POST / HTTP/1.1\r\nHost: h\r\n\r\n", "405 method"},
        Row{"LowerCaseGet", "get / HTTP/1.1\r\nHost: h\r\n\r\n", "405 method"},
        Row{"Connect", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", "405 method"},
        Row{"OptionsStar", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "405 method"},
        Row{"AMethodWithoutEnd", std::string(33, 'A'), "400 bad_request_line"},
        Row{"UriTooLong", "GET /" + std::string(8 * 1024, 'a'), "414 uri_too_long"},
        Row{"UriOf64KiB", "GET /" + std::string(64 * 1024, 'a') + " HTTP/1.1\r\n",
            "414 uri_too_long"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Headers, Head,
    testing::Values(
        Row{"NoHost", "GET / HTTP/1.1\r\nX: y\r\n\r\n", "400 host"},
        Row{"NoHeaders", "GET / HTTP/1.1\r\n\r\n", "400 host"},
        Row{"TwoHosts", Get("Host: h\r\n"), "400 host"},
        Row{"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 host"},
        Row{"HostWithPath", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", "400 host"},
        Row{"HostWithUser", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", "400 host"},
        Row{"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400 host"},
        Row{"FoldedBySpace", Get("X: a\r\n b\r\n"), "400 folded_header"},
        Row{"FoldedByTab", Get("X: a\r\n\tb\r\n"), "400 folded_header"},
        Row{"SpaceBeforeTheFirstHeader", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", "400 folded_header"},
        Row{"SpaceBeforeColon", Get("X : y\r\n"), "400 space_before_colon"},
        Row{"TabBeforeColon", Get("Transfer-Encoding\t: chunked\r\n"), "400 space_before_colon"},
        Row{"NoColon", Get("just words\r\n"), "400 bad_header"},
        Row{"NoName", Get(": y\r\n"), "400 bad_header"},
        Row{"NameWithSpace", Get("X Y: z\r\n"), "400 bad_header"},
        Row{"NameNotAscii", Get("X\xC3\xA9: z\r\n"), "400 bad_header"},
        Row{"Body", Get("Content-Length: 5\r\n") + "hello", "400 body"},
        Row{"TwoLengths", Get("Content-Length: 0\r\nContent-Length: 5\r\n"), "400 body"},
        Row{"TwoEqualLengths", Get("Content-Length: 0\r\nContent-Length: 0\r\n"), "400 body"},
        Row{"LengthList", Get("Content-Length: 0, 0\r\n"), "400 body"},
        Row{"SignedLength", Get("Content-Length: +0\r\n"), "400 body"},
        Row{"Chunked", Get("Transfer-Encoding: chunked\r\n"), "400 body"},
        Row{"ChunkedAndLength", Get("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
            "400 body"},
        Row{"SixtyFiveHeaders", Get(Headers(64)), "431 too_many_headers"},
        Row{"TwoThousandHeaders", Get(Headers(2000)), "431 too_many_headers"},
        Row{"HeadTooLong", HeadOf(16 * 1024 + 1), "431 head_too_long"},
        Row{"AHeaderWithoutEnd", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100'000, 'x'),
            "431 head_too_long"},
        Row{"SmallLimits", HeadOf(101), "431 head_too_long", HeadLimits{.head_bytes_max = 100}}),
    [](const auto& row) { return row.param.name; });

TEST(HeadReader, AHeadThatIsNotCompleteNeedsMore) {
  const std::string wire = Get("X: y\r\n");
  for (std::size_t size = 1; size < wire.size(); ++size) {
    EXPECT_EQ(ReadHead(wire.substr(0, size), 5).line, "needs more") << size;
  }
}

TEST(HeadReader, WhatIsNoHttpIsRefusedAtItsFirstByte) {
  for (const std::string_view wire : {"\x16", "\x82", "\r\n", " "}) {
    EXPECT_TRUE(ReadHead(wire, 1).line.starts_with("400")) << wire;
  }
}

TEST(Request, HeadersAreFoundWhateverTheirCaseAndListsAreRead) {
  const std::string wire =
      Get("Connection: keep-alive, Upgrade\r\nconnection: ,,other ,\r\nX: 1\r\n");
  std::span<const std::byte> input = std::as_bytes(std::span(wire));
  HeadReader reader;
  const HeadEvent event = reader.Next(input);
  const auto& request = std::get<Request>(event);
  EXPECT_EQ(request.Find("x"), "1");
  EXPECT_EQ(request.Find("y"), std::nullopt);
  EXPECT_EQ(request.Count("CONNECTION"), 2u);
  EXPECT_TRUE(request.Lists("Connection", "upgrade"));
  EXPECT_TRUE(request.Lists("Connection", "OTHER"));
  EXPECT_FALSE(request.Lists("Connection", "up"));
  EXPECT_THAT(ListElements(" a ,, b,c\t, "), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(input.empty());
}

}  // namespace
}  // namespace roomcast::websocket
