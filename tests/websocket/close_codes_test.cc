#include "server/websocket/close_codes.h"

#include <gtest/gtest.h>

#include "server/websocket/utf8.h"

namespace roomcast::websocket {
namespace {

TEST(CloseCodes, ThoseOfTheHubMayTravelAndThoseThatStandForSilenceMayNot) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1013, 1014, 3000, 3500, 4499, 4999}) {
    EXPECT_TRUE(MayTravelInCloseFrame(static_cast<std::uint16_t>(code))) << code;
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_FALSE(MayTravelInCloseFrame(static_cast<std::uint16_t>(code))) << code;
  }
}

TEST(ClosePayload, HoldsTheCodeInNetworkOrderAndTheReason) {
  EXPECT_EQ(ClosePayload(1000, "bye"),
            "\x03\xE8"
            "bye");
  EXPECT_EQ(ClosePayload(kCloseNoCode, "not sent"), "");
}

TEST(ClosePayload, ALongReasonIsCutAtACharactersBorder) {
  const std::string payload = ClosePayload(1000, std::string(122, 'x') + "\xE2\x82\xAC");
  EXPECT_EQ(payload.size(), 2 + 122u);
  for (std::size_t before = 115; before <= 125; ++before) {
    const std::string cut = ClosePayload(1000, std::string(before, 'x') + "\xF0\x9F\x98\x80 more");
    EXPECT_LE(cut.size(), kControlPayloadBytesMax);
    EXPECT_TRUE(IsUtf8(cut.substr(2))) << before;
  }
}

}  // namespace
}  // namespace roomcast::websocket
