#include "server/ops/ops_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "server/ops/ops_answers.h"

namespace roomcast::ops {
namespace {

using boost::asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// ---- What is said
// ----------------------------------------------------------------------------------

struct AnswerRow {
  std::string target;
  bool is_read;
  Health health;
  int status;
  std::string body;
};

class AnAnswer : public testing::TestWithParam<AnswerRow> {};

TEST_P(AnAnswer, FollowsFromTargetAndHealth) {
  const AnswerRow& row = GetParam();
  const OpsAnswer answer = AnswerOps(
      row.target, row.is_read, [&] { return row.health; }, [] { return "m 1\n"; });
  EXPECT_EQ(answer.status, row.status);
  EXPECT_EQ(answer.body, row.body);
}

const Health kGood = {};
const Health kStarting = {true, false, "starting"};
const Health kStuck = {false, true, "shard 1 \"stuck\""};

INSTANTIATE_TEST_SUITE_P(
    Table, AnAnswer,
    testing::Values(
        AnswerRow{"/livez", true, kGood, 200, "{\"status\":\"ok\"}\n"},
        AnswerRow{"/readyz", true, kGood, 200, "{\"status\":\"ok\"}\n"},
        AnswerRow{"/readyz?verbose", true, kGood, 200, "{\"status\":\"ok\"}\n"},
        AnswerRow{"/livez", true, kStarting, 200, "{\"status\":\"ok\"}\n"},
        AnswerRow{"/readyz", true, kStarting, 503,
                  "{\"reason\":\"starting\",\"status\":\"unavailable\"}\n"},
        AnswerRow{"/livez", true, kStuck, 503,
                  "{\"reason\":\"shard 1 \\\"stuck\\\"\",\"status\":\"unavailable\"}\n"},
        AnswerRow{"/readyz", true, kStuck, 503,
                  "{\"reason\":\"shard 1 \\\"stuck\\\"\",\"status\":\"unavailable\"}\n"},
        AnswerRow{"/metrics", true, kStuck, 200, "m 1\n"},
        AnswerRow{"/metrics", false, kGood, 405, "only GET and HEAD\n"},
        AnswerRow{"/", true, kGood, 404, "here are /livez, /readyz and /metrics\n"},
        AnswerRow{"/metrics/", true, kGood, 404, "here are /livez, /readyz and /metrics\n"},
        AnswerRow{"/nothing", false, kGood, 404, "here are /livez, /readyz and /metrics\n"}));

// ---- Over a socket
// -----------------------------------------------------------------------------------

class ARunningOpsServer : public testing::Test {
 protected:
  void SetUp() override {
    auto server = OpsServer::Start(
        "127.0.0.1", 0,
        [this] {
          return draining_ ? Health{true, false, "draining"} : Health{};
        },
        [] { return std::string(300'000, 'x') + "\n"; });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  tcp::socket Connect() {
    tcp::socket socket(io_);
    socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), server_->port()));
    return socket;
  }

  // Everything the server says until it closes.
  static std::string Rest(tcp::socket& socket) {
    std::string all;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(all), error);
    return all;
  }

  std::string Ask(const std::string& request) {
    tcp::socket socket = Connect();
    boost::asio::write(socket, boost::asio::buffer(request));
    return Rest(socket);
  }

  std::string Get(const std::string& target) {
    return Ask("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }

  std::atomic<bool> draining_ = false;
  boost::asio::io_context io_;
  std::unique_ptr<OpsServer> server_;
};

TEST_F(ARunningOpsServer, AnswersHealthAndMetrics) {
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Get("/nothing"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  const std::string metrics = Get("/metrics");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics, HasSubstr("Content-Length: 300001\r\n"));
  EXPECT_EQ(metrics.size() - metrics.find("\r\n\r\n"), 300'005U);
}

TEST_F(ARunningOpsServer, SaysWhyItIsNotReady) {
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  draining_ = true;
  const std::string answer = Get("/readyz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  const auto body = nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  EXPECT_EQ(body.at("reason"), "draining");
}

TEST_F(ARunningOpsServer, AnswersHeadWithoutABody) {
  const std::string answer = Ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 300001\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ARunningOpsServer, KeepsAConnectionForTheNextRequest) {
  const std::string answer =
      Ask("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
          "HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"
          "POST /readyz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
  std::size_t answers = 0;
  for (std::size_t at = answer.find("HTTP/1.1 "); at != std::string::npos;
       at = answer.find("HTTP/1.1 ", at + 1)) {
    ++answers;
  }
  EXPECT_EQ(answers, 3U);
}

TEST_F(ARunningOpsServer, HangsUpOnWhatIsNoRequest) {
  EXPECT_EQ(Ask("\x16\x03\x01\r\n\r\n"), "");
  EXPECT_EQ(Ask("GET /livez HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'a') + "\r\n\r\n"),
            "");
  EXPECT_EQ(Ask("POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"), "");
}

TEST_F(ARunningOpsServer, ServesTheNextOneThoughSomeAreSilent) {
  std::vector<tcp::socket> silent;
  for (int i = 0; i < 32; ++i) silent.push_back(Connect());
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ARunningOpsServer, EndsThoughConnectionsAreOpen) {
  tcp::socket idle = Connect();
  tcp::socket half = Connect();
  boost::asio::write(half, boost::asio::buffer(std::string("GET /li")));
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200"));
  server_.reset();
  EXPECT_EQ(Rest(idle), "");
  EXPECT_EQ(Rest(half), "");
}

TEST_F(ARunningOpsServer, RefusesAPortThatIsTaken) {
  const auto second = OpsServer::Start(
      "127.0.0.1", server_->port(), [] { return Health{}; }, [] { return std::string(); });
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(server_->port())));
}

TEST(AnOpsServer, NeedsAnAddressInNumbers) {
  const auto server = OpsServer::Start(
      "localhost", 0, [] { return Health{}; }, [] { return std::string(); });
  EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace roomcast::ops
