// Offers of permessage-deflate, and what the hub answers (RFC 7692 section 7.1).
#include "server/websocket/deflate_agreement.h"

#include <gtest/gtest.h>

#include <string>

namespace roomcast::websocket {
namespace {

struct Row {
  std::string name;
  std::string offers;
  std::string answer;  // "none": no extension
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::string AnswerTo(const std::string& offers) {
  std::vector<Extension> list;
  EXPECT_TRUE(ReadExtensions(offers, list));
  const auto agreement = AgreeOnDeflate(list);
  return agreement ? WriteAgreement(*agreement) : "none";
}

class DeflateOffers : public testing::TestWithParam<Row> {};

TEST_P(DeflateOffers, AreAnswered) { EXPECT_EQ(AnswerTo(GetParam().offers), GetParam().answer); }

const std::string kPlain =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

INSTANTIATE_TEST_SUITE_P(
    Taken, DeflateOffers,
    testing::Values(
        Row{"Bare", "permessage-deflate", kPlain},
        Row{"AsBrowsersOffer", "permessage-deflate; client_max_window_bits", kPlain},
        Row{"AsGorillaOffers",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover", kPlain},
        Row{"ClientWindow8", "permessage-deflate; client_max_window_bits=8", kPlain},
        Row{"ClientWindow15", "permessage-deflate; client_max_window_bits=15", kPlain},
        Row{"ServerWindow9", "permessage-deflate; server_max_window_bits=9",
            kPlain + "; server_max_window_bits=9"},
        Row{"ServerWindow15Quoted", "permessage-deflate; server_max_window_bits=\"15\"",
            kPlain + "; server_max_window_bits=15"},
        Row{"AllFour",
            "permessage-deflate; client_max_window_bits=10; server_max_window_bits=12; "
            "client_no_context_takeover; server_no_context_takeover",
            kPlain + "; server_max_window_bits=12"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    PassedOver, DeflateOffers,
    testing::Values(
        Row{"NoOffer", "", "none"}, Row{"AnotherExtension", "x-webkit-deflate-frame", "none"},
        Row{"ServerWindow8", "permessage-deflate; server_max_window_bits=8", "none"},
        Row{"ServerWindow7", "permessage-deflate; server_max_window_bits=7", "none"},
        Row{"ServerWindow16", "permessage-deflate; server_max_window_bits=16", "none"},
        Row{"ServerWindowWithALeadingZero", "permessage-deflate; server_max_window_bits=09",
            "none"},
        Row{"ServerWindowOf111", "permessage-deflate; server_max_window_bits=111", "none"},
        Row{"ServerWindowWithoutAValue", "permessage-deflate; server_max_window_bits", "none"},
        Row{"ServerWindowTwice",
            "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", "none"},
        Row{"ClientWindow0", "permessage-deflate; client_max_window_bits=0", "none"},
        Row{"ClientWindowTwice",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10", "none"},
        Row{"ValueOfServerTakeover", "permessage-deflate; server_no_context_takeover=1", "none"},
        Row{"ValueOfClientTakeover", "permessage-deflate; client_no_context_takeover=yes", "none"},
        Row{"TakeoverTwice",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover", "none"},
        Row{"Unknown", "permessage-deflate; strength=9", "none"},
        Row{"ManyUnknown", "permessage-deflate; a; b; c; d; e", "none"},
        Row{"AnotherCase", "Permessage-Deflate", "none"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    ListsInOrder, DeflateOffers,
    testing::Values(Row{"TheFirstGoodOne",
                        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
                        kPlain + "; server_max_window_bits=10"},
                    Row{"TheSecondAfterABadOne",
                        "permessage-deflate; server_max_window_bits=8, permessage-deflate", kPlain},
                    Row{"TheSecondAfterAnUnknownOne",
                        "x; a=1, permessage-deflate; server_max_window_bits=11",
                        kPlain + "; server_max_window_bits=11"},
                    Row{"TheThird",
                        "permessage-deflate; a, permessage-deflate; client_max_window_bits=99, "
                        "permessage-deflate; client_max_window_bits=9",
                        kPlain}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace roomcast::websocket
