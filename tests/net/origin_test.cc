// Whose pages may connect, and the arithmetic of the handshake.
#include "server/net/origin.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/net/handshake.h"

namespace roomcast::net {
namespace {

TEST(Origin, ThePagesOwnHostIsWelcomeAndOthersWhereTheyAreListed) {
  struct Row {
    const char* origin;
    const char* host;
    bool welcome;
  };
  const std::vector<std::string> allowed = {"https://app.example"};
  for (const Row& row : std::vector<Row>{
           {"", "hub.example", true},
           {"http://hub.example", "hub.example", true},
           {"HTTP://Hub.Example", "hub.example", true},
           {"http://hub.example:8080", "hub.example:8080", true},
           {"http://hub.example", "hub.example:80", true},
           {"https://hub.example:443", "hub.example", true},
           {"https://app.example", "hub.example", true},
           {"http://[::1]:8080", "[::1]:8080", true},
           {"http://hub.example:8081", "hub.example:8080", false},
           {"https://hub.example", "hub.example:80", false},
           {"http://app.example", "hub.example", false},
           {"http://hub.example.evil", "hub.example", false},
           {"http://evil-hub.example", "hub.example", false},
           {"null", "hub.example", false},
           {"null", "null", false},
           {"hub.example", "hub.example", false},
       }) {
    EXPECT_EQ(IsWelcomeOrigin(row.origin, {row.host}, allowed), row.welcome)
        << row.origin << " at " << row.host;
  }
}

TEST(Origin, OnlyPagesThatCameOverTlsAreATlsPortsOwn) {
  struct Row {
    const char* origin;
    const char* host;
    bool at_plain_port;  // a proxy may have ended TLS before it
    bool at_tls_port;
  };
  for (const Row& row : std::vector<Row>{
           {"https://hub.example", "hub.example", true, true},
           {"https://hub.example", "hub.example:443", true, true},
           {"https://hub.example:443", "hub.example", true, true},
           {"https://hub.example:8443", "hub.example:8443", true, true},
           {"HTTPS://HUB.example:8443", "hub.EXAMPLE:8443", true, true},
           {"https://hub.example:8443", "hub.example", false, false},
           {"https://hub.example", "hub.example:80", false, false},
           {"http://hub.example", "hub.example", true, false},
           {"http://hub.example:8443", "hub.example:8443", true, false},
           {"http://hub.example:80", "hub.example", true, false},
           {"http://hub.example", "hub.example:443", false, false},
           {"http://hub.example:443", "hub.example", false, false},
           {"ftp://hub.example", "hub.example", false, false},
           {"file://hub.example", "hub.example", false, false},
           {"", "hub.example", true, true},
           {"null", "hub.example", false, false},
           // Listed: whatever the port speaks.
           {"http://app.example", "hub.example", true, true},
           {"https://app.example", "hub.example", false, false},
       }) {
    const std::vector<std::string> allowed = {"http://app.example"};
    EXPECT_EQ(IsWelcomeOrigin(row.origin, {row.host, false}, allowed), row.at_plain_port)
        << row.origin << " at plain " << row.host;
    EXPECT_EQ(IsWelcomeOrigin(row.origin, {row.host, true}, allowed), row.at_tls_port)
        << row.origin << " at TLS " << row.host;
  }
}

TEST(Origin, AWildcardStandsForTheNamesBelowItAlone) {
  const std::vector<std::string> below = {"https://*.app.example"};
  EXPECT_TRUE(IsWelcomeOrigin("https://a.app.example", {"hub.example"}, below));
  EXPECT_TRUE(IsWelcomeOrigin("https://a.B.APP.example:443", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("https://app.example", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("https://.app.example", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("https://evilapp.example", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("http://a.app.example", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("https://a.app.example:8443", {"hub.example"}, below));
  EXPECT_FALSE(IsWelcomeOrigin("https://a.app.example.evil", {"hub.example"}, below));
  EXPECT_TRUE(IsWelcomeOrigin("null", {"hub.example"}, std::vector<std::string>{"*"}));
}

TEST(Handshake, TheAcceptValueIsThatOfTheRfc) {
  // RFC 6455 section 1.3.
  EXPECT_EQ(AcceptValue("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace roomcast::net
