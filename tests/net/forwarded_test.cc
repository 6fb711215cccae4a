// Whom a request from a proxy is for.
#include "server/net/forwarded.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace roomcast::net {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The client's address; "?": nobody tells; "bad": the headers cannot be believed.
std::string Client(const Headers& headers) {
  websocket::Request request;
  for (const auto& [name, value] : headers) request.headers.push_back({name, value});
  const std::vector<IpNetwork> trusted = {*IpNetwork::Parse("10.0.0.0/8"),
                                          *IpNetwork::Parse("2001:db8::/32")};
  const auto found = FindClient(request, trusted);
  const auto* client = std::get_if<ForwardedClient>(&found);
  if (client == nullptr) return "bad";
  return client->address ? client->address->Text() : "?";
}

TEST(Forwarded, TheClientIsTheRightMostHopThatIsNoProxy) {
  struct Row {
    Headers headers;
    std::string client;
  };
  for (const Row& row : std::vector<Row>{
           {{}, "?"},
           {{{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
           // What the client claims of itself stands left, and counts for nothing.
           {{{"X-Forwarded-For", "1.1.1.1, 192.0.2.1"}}, "192.0.2.1"},
           {{{"X-Forwarded-For", "garbage, 192.0.2.1"}}, "192.0.2.1"},
           {{{"X-Forwarded-For", "192.0.2.1, 10.0.0.2,10.9.9.9"}}, "192.0.2.1"},
           {{{"x-forwarded-for", "1.1.1.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
           {{{"X-Forwarded-For", "192.0.2.1:4711"}}, "192.0.2.1"},
           {{{"X-Forwarded-For", "2001:dead::1"}}, "2001:dead::1"},
           {{{"X-Forwarded-For", "[2001:dead::1]:4711, 2001:db8::5"}}, "2001:dead::1"},
           {{{"X-Forwarded-For", "::ffff:10.0.0.1"}}, "?"},
           {{{"X-Forwarded-For", "10.0.0.2"}}, "?"},
           {{{"X-Forwarded-For", "192.0.2.1, unknown"}}, "?"},
           {{{"X-Forwarded-For", "192.0.2.1, nonsense"}}, "bad"},
           {{{"X-Forwarded-For", "300.0.2.1"}}, "bad"},
           {{{"Forwarded", "for=192.0.2.1"}}, "192.0.2.1"},
           {{{"Forwarded", "For=\"[2001:dead::1]:80\";proto=https;by=10.0.0.1"}}, "2001:dead::1"},
           {{{"Forwarded", "for=1.1.1.1, proto=http; for=192.0.2.1, for=10.0.0.3"}}, "192.0.2.1"},
           {{{"Forwarded", "for=192.0.2.1, for=_hidden"}}, "?"},
           {{{"Forwarded", "for=\"_a,b\", for=192.0.2.1"}}, "192.0.2.1"},
           {{{"Forwarded", "proto=https"}}, "?"},
           {{{"Forwarded", "for=\"[2001:dead::1\""}}, "bad"},
           // Two accounts have to agree, or one of them is the client's.
           {{{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
           {{{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "bad"},
           {{{"Forwarded", "for=unknown"}, {"X-Forwarded-For", "192.0.2.1"}}, "bad"},
       }) {
    std::string shown;
    for (const auto& [name, value] : row.headers) shown.append(name).append(": ").append(value);
    EXPECT_EQ(Client(row.headers), row.client) << shown;
  }
}

TEST(IpNetwork, HoldsWhatSharesItsFirstBits) {
  const auto holds = [](const char* network, const char* address) {
    return IpNetwork::Parse(network)->Contains(*PeerAddress::Parse(address));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("10.1.2.3/8", "10.0.0.1"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.100"));
  EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(holds("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(holds("0.0.0.0/0", "192.0.2.2"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("::/0", "192.0.2.2"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  for (const char* text : {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1",
                           "10.0.0", "host/8", "::1/129"}) {
    EXPECT_FALSE(IpNetwork::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace roomcast::net
