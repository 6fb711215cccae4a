#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {
namespace {

// Goal: docs/PROTOCOL.md says what the code says. Method: its tables and the bytes of its worked
// conversation are made here; where the page has anything else, the failure prints what to paste.

const std::string& Document() {
  static const std::string document = ReadWholeFile("docs/PROTOCOL.md");
  return document;
}

void ExpectInDocument(const std::string& wanted) {
  EXPECT_NE(Document().find(wanted), std::string::npos) << "docs/PROTOCOL.md should have:\n\n"
                                                        << wanted;
}

std::string TableOf(std::span<const CodeRow> rows, std::string_view yes, std::string_view no) {
  std::string table;
  for (const CodeRow& row : rows) {
    table += "| " + std::to_string(row.code) + " | `" + std::string(row.name) + "` | " +
             std::string(row.meaning) + " | " + std::string(row.temporary ? yes : no) + " |\n";
  }
  return table;
}

TEST(DocumentTest, TheTableOfErrorsIsTheCodes) {
  ExpectInDocument("| code | name | meaning | temporary |\n| --- | --- | --- | --- |\n" +
                   TableOf(ErrorRows(), "yes", ""));
}

TEST(DocumentTest, TheTableOfLeftCodesIsTheCodes) {
  ExpectInDocument("| code | name | meaning | then |\n| --- | --- | --- | --- |\n" +
                   TableOf(LeftRows(), "join again", "stay out"));
}

TEST(DocumentTest, TheTableOfDisconnectCodesIsTheCodes) {
  ExpectInDocument("| code | name | meaning | then |\n| --- | --- | --- | --- |\n" +
                   TableOf(DisconnectRows(), "come back", "stop"));
}

std::string_view NameOf(AfterClose after) {
  switch (after) {
    case AfterClose::kReconnect:
      return "come back";
    case AfterClose::kReconnectLate:
      return "come back, after the longest wait";
    case AfterClose::kStop:
      return "stop";
  }
  return "";
}

TEST(DocumentTest, TheBandsOfCloseCodesAreThoseOfTheCode) {
  std::string table = "| close code | a client will |\n| --- | --- |\n";
  for (std::uint32_t from = 1000; from < 5000;) {
    const AfterClose after = AfterCloseCode(from);
    std::uint32_t to = from;
    while (to + 1 < 5000 && AfterCloseCode(to + 1) == after) ++to;
    table += "| " + std::to_string(from) + (to > from ? "–" + std::to_string(to) : "") + " | " +
             std::string(NameOf(after)) + " |\n";
    from = to + 1;
  }
  ExpectInDocument(table);
}

std::string Size(std::size_t bytes) {
  if (bytes >= 1024 * 1024) return std::to_string(bytes / (1024 * 1024)) + " MiB";
  if (bytes >= 1024) return std::to_string(bytes / 1024) + " KiB";
  return std::to_string(bytes) + " bytes";
}

std::string Time(Duration duration) {
  const std::int64_t ms = duration / std::chrono::milliseconds(1);
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

TEST(DocumentTest, TheTableOfLimitsIsTheLimits) {
  const std::pair<const char*, std::string> rows[] = {
      {"one WebSocket message from a client", Size(kInboundMessageBytesMax)},
      {"data of one publication", Size(kPublicationDataBytesMax)},
      {"all messages before Welcome, inflated", Size(kBeforeWelcomeBytesMax)},
      {"room name", Size(kRoomNameBytesMax)},
      {"user", Size(kUserBytesMax)},
      {"type", Size(kTypeBytesMax)},
      {"key", Size(kKeyBytesMax)},
      {"tags of one publication", std::to_string(kTagsMax)},
      {"name or value of a tag", Size(kTagBytesMax)},
      {"client name, client version", Size(kClientNameBytesMax)},
      {"token", Size(kTokenBytesMax)},
      {"member data", Size(kMemberDataBytesMax)},
      {"producer, session key", Size(kProducerBytes) + " exactly"},
      {"reason of a Disconnect", Size(kReasonBytesMax)},
      {"rooms of one connection", std::to_string(kRoomsPerConnection)},
      {"publishes of one session", std::to_string(kPublishesPerSecond) + " a second, " +
                                       std::to_string(kPublishBurst) + " at once"},
      {"joins of one session",
       std::to_string(kJoinsPerSecond) + " a second, " + std::to_string(kJoinBurst) + " at once"},
      {"commands of one session", std::to_string(kCommandsPerSecond) + " a second, " +
                                      std::to_string(kCommandBurst) + " at once"},
      {"all sessions of one user", std::to_string(kUserRateFactor) + " times the rates of one"},
      {"from TCP accept to the end of the upgrade", Time(kUpgradeDeadline)},
      {"from the upgrade to Hello", Time(kHelloDeadline)},
      {"ping interval, grace", Time(kPingInterval) + ", " + Time(kPingGrace)},
      {"answer to a probe", Time(kProbeDeadline)},
      {"outbox: soft limit, hard limit", Size(kOutboxSoftBytes) + ", " + Size(kOutboxHardBytes)},
      {"time at the hard limit without a byte taken", Time(kOutboxStall)},
      {"page of a recovery", Size(kRecoveryPageBytes)},
      {"history of a room", Size(kHistoryBytes) + ", " + std::to_string(kHistoryMessages) +
                                " publications, " + Time(kHistoryTtl)},
      {"dedupe", Time(kDedupeWindow) + " after a producer's last publish, " +
                     std::to_string(kDedupeProducersPerRoom) + " producers in a room"},
      {"wait before connecting again",
       "random below " + Time(kBackoffFirst) + ", doubled with each failure up to " +
           Time(kBackoffMost) + "; forgiven after " + Time(kBackoffStable) + " connected"},
  };
  std::string table = "| what | at most, or by default |\n| --- | --- |\n";
  for (const auto& [what, limit] : rows) table += "| " + std::string(what) + " | " + limit + " |\n";
  ExpectInDocument(table);
}

std::vector<Vector> Conversation() {
  std::vector<Vector> all = ReadVectorFile("tests/vectors/client_frames.json");
  const std::size_t clients = all.size();
  for (Vector& vector : ReadVectorFile("tests/vectors/server_frames.json")) {
    all.push_back(std::move(vector));
  }
  std::vector<Vector> conversation;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].name.starts_with("conversation_")) continue;
    all[i].json = i < clients ? "client → hub" : "hub → client";
    conversation.push_back(all[i]);
  }
  std::sort(conversation.begin(), conversation.end(),
            [](const Vector& a, const Vector& b) { return a.name < b.name; });
  return conversation;
}

TEST(DocumentTest, TheWorkedConversationIsTheVectorsInTheirOrder) {
  std::size_t before = 0;
  for (const Vector& vector : Conversation()) {
    std::string block = "    " + vector.json + "   " + vector.name + "\n";
    const std::string hex = HexFromBytes(vector.bytes);
    for (std::size_t at = 0; at < hex.size(); at += 64) {
      block += "    " + hex.substr(at, 64) + "\n";
    }
    ExpectInDocument(block);
    const std::size_t at = Document().find(vector.name);
    EXPECT_GT(at, before) << vector.name << " is not in its place";
    before = at;
  }
  EXPECT_GT(before, 0u);
}

}  // namespace
}  // namespace roomcast
