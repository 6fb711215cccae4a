#include "server/websocket/violation.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/websocket/close_codes.h"
#include "server/websocket/refusal.h"
#include "server/websocket/utf8.h"

namespace roomcast::websocket {
namespace {

bool IsLabel(std::string_view label) {
  return !label.empty() &&
         label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

TEST(Violations, EachHasALabelOfItsOwnACodeThatMayTravelAndATextThatFitsACloseFrame) {
  std::set<std::string_view> labels;
  for (const Violation violation : kViolations) {
    EXPECT_TRUE(IsLabel(Label(violation)));
    labels.insert(Label(violation));
    EXPECT_TRUE(MayTravelInCloseFrame(CloseCode(violation)));
    const std::string text = Describe(violation, ~0ull, ~0ull);
    EXPECT_LE(text.size(), kCloseReasonBytesMax) << text;
    EXPECT_TRUE(IsUtf8(text));
  }
  EXPECT_EQ(labels.size(), kViolations.size());
  EXPECT_EQ(labels.count("unknown"), 0u);
}

TEST(RefusalReasons, EachHasALabelOfItsOwnAndAStatusWithWords) {
  std::set<std::string_view> labels;
  for (const RefusalReason reason : kRefusalReasons) {
    EXPECT_TRUE(IsLabel(Label(reason)));
    labels.insert(Label(reason));
    EXPECT_GE(Status(reason), 400);
    EXPECT_NE(StatusText(Status(reason)), "Unknown");
  }
  EXPECT_EQ(labels.size(), kRefusalReasons.size());
}

}  // namespace
}  // namespace roomcast::websocket
