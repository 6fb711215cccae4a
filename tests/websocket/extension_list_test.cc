// What may stand in Sec-WebSocket-Extensions, and how it reads.
#include "server/websocket/extension_list.h"

#include <gtest/gtest.h>

#include <string>

namespace roomcast::websocket {
namespace {

// "name; parameter; parameter=value, …" with the space around everything gone.
std::string Line(const std::vector<Extension>& list) {
  std::string line;
  for (const Extension& extension : list) {
    if (!line.empty()) line += ", ";
    line += extension.name;
    for (const ExtensionParameter& parameter : extension.parameters) {
      line.append("; ").append(parameter.name);
      if (parameter.value) line.append("=").append(*parameter.value);
    }
  }
  return line;
}

struct Row {
  std::string name;
  std::string value;
  std::string line;  // "malformed": it is refused
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ExtensionLists : public testing::TestWithParam<Row> {};

TEST_P(ExtensionLists, ReadAsTheirExtensionsOrAreRefused) {
  std::vector<Extension> list;
  const bool read = ReadExtensions(GetParam().value, list);
  EXPECT_EQ(read ? Line(list) : "malformed", GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    InOrder, ExtensionLists,
    testing::Values(Row{"One", "x", "x"}, Row{"Two", "x, y", "x, y"},
                    Row{"Parameters", "x; a; b=1; c=\"2\", y;d", "x; a; b=1; c=2, y; d"},
                    Row{"SpaceEverywhere", " \tx ;\ta = 1 ; b = \"2\" , y ", "x; a=1; b=2, y"},
                    Row{"SpaceNowhere", "x;a=1;b=\"2\",y", "x; a=1; b=2, y"},
                    Row{"QuotedPair", "x; a=\"1\\0\"", "x; a=10"}, Row{"Nothing", "", ""},
                    Row{"EmptyElements", ",, x,, y,", "x, y"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Malformed, ExtensionLists,
    testing::Values(Row{"NoName", "; a", "malformed"}, Row{"NoParameter", "x;", "malformed"},
                    Row{"TwoSemicolons", "x;; a", "malformed"},
                    Row{"NoValue", "x; a=", "malformed"},
                    Row{"NoValueBeforeTheNext", "x; a=; b", "malformed"},
                    Row{"EmptyQuotes", "x; a=\"\"", "malformed"},
                    Row{"NoTokenInQuotes", "x; a=\"1 0\"", "malformed"},
                    Row{"OpenQuote", "x; a=\"10", "malformed"},
                    Row{"OpenQuoteAfterABackslash", "x; a=\"10\\", "malformed"},
                    Row{"TwoNames", "x y", "malformed"}, Row{"TwoValues", "x; a=1 2", "malformed"},
                    Row{"NoToken", "x@y", "malformed"}, Row{"ASlash", "x/1", "malformed"}),
    [](const auto& row) { return row.param.name; });

TEST(ExtensionListsOfManyHeaders, AreOneListInTheOrderOfTheHeaders) {
  std::vector<Extension> list;
  EXPECT_TRUE(ReadExtensions("x; a", list));
  EXPECT_TRUE(ReadExtensions("y, z", list));
  EXPECT_EQ(Line(list), "x; a, y, z");
}

}  // namespace
}  // namespace roomcast::websocket
