#include "server/websocket/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roomcast::websocket {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSpoken[] = {"roomcast.v2", "roomcast.v1"};

// A request's bytes, and what became of them; the views in `outcome` lie in `reader`.
struct Asked {
  HeadReader reader;
  HeadEvent event;
  std::variant<Upgrade, Refusal> outcome = Refusal{};

  Asked(std::string_view headers, const UpgradeRules& rules) {
    const std::string wire =
        "GET /ws?x HTTP/1.1\r\nHost: hub.example\r\n" + std::string(headers) + "\r\n";
    std::span<const std::byte> input = std::as_bytes(std::span(wire));
    event = reader.Next(input);
    outcome = DecideUpgrade(std::get<Request>(event), rules);
  }
};

const std::string kUpgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string kVersion = "Sec-WebSocket-Version: 13\r\n";
const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string Line(const std::variant<Upgrade, Refusal>& outcome) {
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    return std::to_string(Status(refusal->reason)) + " " + std::string(Label(refusal->reason));
  }
  return "speaks " + std::string(std::get<Upgrade>(outcome).subprotocol);
}

struct Row {
  std::string name;
  std::string headers;
  std::string line;
  bool required = false;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Upgrading : public testing::TestWithParam<Row> {};

TEST_P(Upgrading, EndsInAnUpgradeOrInAReason) {
  const Row& row = GetParam();
  const Asked asked(row.headers, {kSpoken, row.required});
  EXPECT_EQ(Line(asked.outcome), row.line);
  EXPECT_TRUE(AsksForWebSocket(std::get<Request>(asked.event)));
}

const std::string kProtocol = "Sec-WebSocket-Protocol: ";

INSTANTIATE_TEST_SUITE_P(
    Requests, Upgrading,
    testing::Values(
        Row{"TheLeast", kUpgrade + kVersion + kKey, "speaks "},
        Row{"ListsAndCase",
            "upgrade: h2c, WebSocket\r\nCONNECTION: keep-alive\r\nConnection: close, UPGRADE\r\n" +
                kVersion + kKey,
            "speaks "},
        Row{"OurProtocol", kUpgrade + kVersion + kKey + kProtocol + "roomcast.v1\r\n",
            "speaks roomcast.v1", true},
        Row{"TheClientsPreferenceDecides",
            kUpgrade + kVersion + kKey + kProtocol + "chat, roomcast.v1\r\n" + kProtocol +
                "roomcast.v2\r\n",
            "speaks roomcast.v1", true},
        Row{"UnknownProtocolIsTakenWithoutOne", kUpgrade + kVersion + kKey + kProtocol + "chat\r\n",
            "speaks "},
        Row{"UnknownProtocolIsRefusedWhereOneIsRequired",
            kUpgrade + kVersion + kKey + kProtocol + "chat\r\n", "400 subprotocol", true},
        Row{"NoProtocolIsRefusedWhereOneIsRequired", kUpgrade + kVersion + kKey, "400 subprotocol",
            true},
        Row{"ProtocolNamesAreCaseSensitive",
            kUpgrade + kVersion + kKey + kProtocol + "Roomcast.V1\r\n", "400 subprotocol", true},
        Row{"ProtocolIsNoToken", kUpgrade + kVersion + kKey + kProtocol + "roomcast.v1, a b\r\n",
            "400 subprotocol"},
        Row{"AProxyDroppedTheHopHeaders", kVersion + kKey, "426 no_upgrade"},
        Row{"NoConnection", "Upgrade: websocket\r\n" + kVersion + kKey, "426 no_upgrade"},
        Row{"ConnectionWithoutUpgrade",
            "Upgrade: websocket\r\nConnection: keep-alive\r\n" + kVersion + kKey, "426 no_upgrade"},
        Row{"NoVersion", kUpgrade + kKey, "426 websocket_version"},
        Row{"Version8", kUpgrade + "Sec-WebSocket-Version: 8\r\n" + kKey, "426 websocket_version"},
        Row{"VersionList", kUpgrade + "Sec-WebSocket-Version: 13, 8\r\n" + kKey,
            "426 websocket_version"},
        Row{"TwoVersions", kUpgrade + kVersion + kVersion + kKey, "426 websocket_version"},
        Row{"NoKey", kUpgrade + kVersion, "400 websocket_key"},
        Row{"TwoKeys", kUpgrade + kVersion + kKey + kKey, "400 websocket_key"},
        Row{"EmptyKey", kUpgrade + kVersion + "Sec-WebSocket-Key:\r\n", "400 websocket_key"},
        Row{"KeyOf15Bytes", kUpgrade + kVersion + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2Rl\r\n",
            "400 websocket_key"},
        Row{"KeyOf17Bytes", kUpgrade + kVersion + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZmc=\r\n",
            "400 websocket_key"},
        Row{"KeyWithoutPadding",
            kUpgrade + kVersion + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n",
            "400 websocket_key"},
        Row{"KeyOfTheUrlAlphabet",
            kUpgrade + kVersion + "Sec-WebSocket-Key: _-hlIHNhbXBsZSBub25jZQ==\r\n",
            "400 websocket_key"},
        Row{"TheKeyInTheRfcsOwnSection41",
            kUpgrade + kVersion + "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n", "speaks "},
        Row{"TwoOrigins", kUpgrade + kVersion + kKey + "Origin: http://a\r\nOrigin: http://b\r\n",
            "400 origin_header"},
        Row{"MalformedExtensions",
            kUpgrade + kVersion + kKey + "Sec-WebSocket-Extensions: permessage-deflate; =\r\n",
            "400 extensions"}),
    [](const auto& row) { return row.param.name; });

TEST(Upgrading, ReportsWhatTheAdapterMustDecideOn) {
  const Asked asked(
      kUpgrade + kVersion + kKey + kProtocol + "chat\r\nOrigin: null\r\n" +
          "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x\r\n" +
          "Sec-WebSocket-Extensions: y\r\n",
      {kSpoken});
  const auto& upgrade = std::get<Upgrade>(asked.outcome);
  EXPECT_EQ(upgrade.key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(upgrade.origin, "null");
  EXPECT_TRUE(upgrade.offered_subprotocols);
  std::vector<std::string_view> extensions;
  for (const Extension& extension : upgrade.extensions) extensions.push_back(extension.name);
  EXPECT_THAT(extensions, ElementsAre("permessage-deflate", "x", "y"));
  EXPECT_EQ(std::get<Request>(asked.event).path, "/ws");
}

TEST(AsksForWebSocket, APlainGetAndAnUpgradeToSomethingElseDoNot) {
  EXPECT_FALSE(AsksForWebSocket(std::get<Request>(Asked("", {}).event)));
  EXPECT_FALSE(AsksForWebSocket(
      std::get<Request>(Asked("Upgrade: h2c\r\nConnection: Upgrade\r\n", {}).event)));
}

TEST(Responses, SwitchingProtocolsHoldsWhatWasAgreed) {
  EXPECT_EQ(AcceptSource("dGhlIHNhbXBsZSBub25jZQ=="),
            "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  EXPECT_EQ(WriteSwitchingProtocols("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "roomcast.v1"),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: roomcast.v1\r\n"
            "\r\n");
  EXPECT_THAT(WriteSwitchingProtocols("x", "", "permessage-deflate"),
              HasSubstr("x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
}

TEST(Responses, ARefusalClosesAndHoldsWhatItsStatusDemands) {
  EXPECT_EQ(WriteRefusal({RefusalReason::kMethod, "only GET"}),
            "HTTP/1.1 405 Method Not Allowed\r\n"
            "Allow: GET\r\n"
            "Connection: close\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 9\r\n"
            "\r\n"
            "only GET\n");
  EXPECT_THAT(
      WriteRefusal({RefusalReason::kWebSocketVersion, "13"}),
      HasSubstr("426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
                "Sec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(WriteRefusal({RefusalReason::kUnavailable, "full", 30}),
              HasSubstr("503 Service Unavailable\r\nConnection: close\r\nRetry-After: 30\r\n"));
}

}  // namespace
}  // namespace roomcast::websocket
