#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "client-wasm/abi/roomcast_abi.h"
#include "proto/protocol/frame.h"

namespace roomcast::test {
namespace {

// What lies at an address of the ABI.
template <class T>
T* At(rc_address address) {
  return reinterpret_cast<T*>(address);  // NOLINT(performance-no-int-to-ptr): it names it so
}

// The C surface as a host uses it: addresses, records, and nothing else.
class Host {
 public:
  template <class Query, class... Numbers>
  auto Ask(Query query, Numbers... numbers) {
    rc_begin(client_, now, wall);
    return query(numbers...);
  }
  // Now, and its effects are those that are seen.
  template <class Input, class... Numbers>
  std::uint32_t Run(Input input, Numbers... numbers) {
    std::uint32_t answer = 0;
    if constexpr (std::is_void_v<decltype(input(numbers...))>) {
      Ask(input, numbers...);
    } else {
      answer = Ask(input, numbers...);
    }
    rc_effects();
    return answer;
  }

  explicit Host(std::uint32_t flags = 0) {
    Scratch(std::string("ws://hub.test/") + "abi" + "1" + std::string(16, 'p'));
    client_ = Ask(rc_create, 1, 2, flags, 14, 3, 1);
    mailbox_ = At<const rc_mailbox>(Ask(rc_mailbox_address));
  }
  ~Host() { rc_destroy(client_); }

  void Scratch(std::string_view bytes) {
    std::memcpy(At<void>(rc_scratch(static_cast<std::uint32_t>(bytes.size()))), bytes.data(),
                bytes.size());
  }
  std::vector<rc_effect> Effects(std::uint32_t kind) const {
    std::vector<rc_effect> found;
    const auto* records = At<const rc_effect>(mailbox_->effects);
    for (std::uint32_t i = 0; i < mailbox_->effect_count; ++i) {
      if (records[i].kind == kind) found.push_back(records[i]);
    }
    return found;
  }
  std::string Text(const rc_effect& record, int word) const {
    return {At<const char>(mailbox_->text) + record.word[word - 4], record.word[word - 3]};
  }
  static std::string Frame(const rc_effect& record, int word, const std::string& frame) {
    return frame.substr(record.word[word - 4], record.word[word - 3]);
  }
  void Receive(const std::string& frame) {
    const auto bytes = static_cast<std::uint32_t>(frame.size());
    std::memcpy(At<void>(Ask(rc_inbound, bytes)), frame.data(), bytes);
    Run(rc_on_message, generation, bytes);
  }
  void Connect() {
    Run(rc_connect);
    generation = Effects(RC_EFFECT_OPEN_SOCKET).at(0).generation;
    Run(rc_on_open, generation);
    ServerMessage message;
    roomcast::Welcome welcome;
    welcome.instance = "hub-1";
    welcome.session_id = "s";
    welcome.user = "ann";
    welcome.hello_received_at = welcome.sent_at = 5'000'000;
    message.id = 1;
    message.body = welcome;
    std::string frame;
    AppendFrame(frame, message);
    Receive(frame);
  }
  std::uint32_t client() const { return client_; }
  const rc_mailbox& mailbox() const { return *mailbox_; }

  double now = 1000.0, wall = 1.7e15;
  std::uint32_t generation = 0;

 private:
  std::uint32_t client_ = 0;
  const rc_mailbox* mailbox_;
};

TEST(Abi, ConnectAsksForASocketAndATimer) {
  Host host;
  EXPECT_GT(host.Run(rc_connect), 0u);
  const auto sockets = host.Effects(RC_EFFECT_OPEN_SOCKET);
  ASSERT_EQ(sockets.size(), 1u);
  EXPECT_EQ(host.Text(sockets[0], 4), "ws://hub.test/");
  EXPECT_EQ(host.Text(sockets[0], 6), "roomcast.v1");
  const auto timers = host.Effects(RC_EFFECT_SET_TIMER);
  ASSERT_EQ(timers.size(), 1u);
  EXPECT_EQ(timers[0].number[0], 11'000.0);
  const auto states = host.Effects(RC_EFFECT_STATE);
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].word[0], static_cast<std::uint32_t>(RC_STATE_CONNECTING));
  EXPECT_EQ(states[0].number[0], std::numeric_limits<double>::infinity());
}

TEST(Abi, APublicationIsNamedByItsPlaceInTheFrame) {
  Host host;
  host.Connect();
  EXPECT_EQ(host.Effects(RC_EFFECT_SESSION).size(), 1u);
  host.Scratch("chat:1");
  const std::uint32_t room = host.Run(rc_room, 6);
  ASSERT_GT(room, 0u);
  host.Run(rc_join, room, 0, 0, RC_SINCE_LIVE, 0, 0, 0, 0, 0);
  const auto sends = host.Effects(RC_EFFECT_SEND);
  ASSERT_EQ(sends.size(), 1u);
  Arena arena(1 << 20);
  const std::string sent = host.Text(sends[0], 4);
  const auto frame = DecodeClientFrame(sent, arena);
  ASSERT_TRUE(frame.has_value());
  std::string answer;
  ServerMessage message;
  message.id = frame->messages[0].id;
  Joined joined;
  joined.room = "chat:1";
  joined.handle = 9;
  joined.position = Position{0x0123456789abcdef, 4};
  joined.start = 4;
  message.body = joined;
  AppendFrame(answer, message);
  const Tag tag{"lang", "en"};
  Publication publication;
  publication.offset = 5;
  publication.time_at = 123;
  publication.type = "said";
  publication.encoding = Encoding::kJson;
  publication.data = Bytes("{\"a\":1}");
  publication.key = "k";
  publication.publisher = Publisher{"session", "bob"};
  publication.tags = Repeated<Tag>(&tag, 1);
  message.id = 0;
  message.body = RoomBatch{9, Repeated<Publication>(&publication, 1)};
  AppendFrame(answer, message);
  host.Receive(answer);

  const auto joins = host.Effects(RC_EFFECT_JOINED);
  ASSERT_EQ(joins.size(), 1u);
  EXPECT_EQ(joins[0].word[8], 0x89abcdefu);
  EXPECT_EQ(joins[0].word[9], 0x01234567u);
  EXPECT_EQ(joins[0].number[0], 4.0);
  const auto atoms = host.Effects(RC_EFFECT_ATOM);
  ASSERT_EQ(atoms.size(), 3u);
  EXPECT_EQ(host.Text(atoms[0], 6), "said");
  EXPECT_EQ(host.Text(atoms[1], 6), "session");
  EXPECT_EQ(host.Text(atoms[2], 6), "bob");
  const auto heard = host.Effects(RC_EFFECT_PUBLICATION);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].room, room);
  EXPECT_EQ(heard[0].word[1], atoms[0].word[0]);
  EXPECT_EQ(heard[0].word[2], static_cast<std::uint32_t>(RC_ENCODING_JSON));
  EXPECT_EQ(Host::Frame(heard[0], 8, answer), "{\"a\":1}");
  EXPECT_EQ(Host::Frame(heard[0], 10, answer), "k");
  EXPECT_EQ(heard[0].word[8], atoms[1].word[0]);
  EXPECT_EQ(heard[0].word[9], atoms[2].word[0]);
  EXPECT_EQ(heard[0].number[0], 5.0);
  EXPECT_EQ(heard[0].number[1], 123.0);
  const auto tags = host.Effects(RC_EFFECT_TAG);
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(Host::Frame(tags[0], 8, answer), "lang");
  EXPECT_EQ(Host::Frame(tags[0], 10, answer), "en");

  EXPECT_EQ(host.Ask(rc_position, room), 1u);
  EXPECT_EQ(host.mailbox().number[0], 5.0);
  EXPECT_EQ(host.Ask(rc_hub_time), 1u);
  EXPECT_EQ(host.mailbox().number[0], 5'000'000.0);
  const auto* stats = At<const double>(host.Ask(rc_stats));
  EXPECT_EQ(stats[RC_STAT_PUBLICATIONS], 1.0);
  EXPECT_EQ(stats[RC_STAT_CONNECTIONS], 1.0);
}

TEST(Abi, APublishTakesItsStringsFromTheScratchBuffer) {
  Host host;
  host.Connect();
  host.Scratch("chat:1");
  const std::uint32_t room = host.Run(rc_room, 6);
  host.Scratch(std::string("typeKEYdata") + '\x01' + '\x02' + "nvv");
  const std::uint32_t call = host.Run(rc_publish, room, RC_ENCODING_TEXT, 1, 0, 4, 3, 4);
  const auto sends = host.Effects(RC_EFFECT_SEND);
  ASSERT_EQ(sends.size(), 1u);
  Arena arena(1 << 20);
  const std::string sent = host.Text(sends[0], 4);
  const auto frame = DecodeClientFrame(sent, arena);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->messages[0].id, call);
  const auto& publish = std::get<Publish>(frame->messages[0].body);
  EXPECT_EQ(publish.type.view, "type");
  EXPECT_EQ(publish.key.view, "KEY");
  EXPECT_EQ(publish.data.view, "data");
  ASSERT_EQ(publish.tags.size(), 1u);
  EXPECT_EQ(publish.tags[0].name.view, "n");
  EXPECT_EQ(publish.tags[0].value.view, "vv");
  std::string answer;
  ServerMessage message;
  message.id = call;
  message.body = Published{Position{7, 12}, true};
  AppendFrame(answer, message);
  host.Receive(answer);
  const auto settled = host.Effects(RC_EFFECT_SETTLED);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].call, call);
  EXPECT_EQ(settled[0].word[0], static_cast<std::uint32_t>(RC_OUTCOME_DONE));
  EXPECT_EQ(settled[0].word[1], static_cast<std::uint32_t>(RC_SETTLED_DUPLICATE));
  EXPECT_EQ(settled[0].number[0], 12.0);
  EXPECT_EQ(settled[0].word[8], 7u);
}

TEST(Abi, NonsenseFromTheHostDoesNothing) {
  rc_destroy(999'999);
  Host host;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  host.now = host.wall = nan;
  EXPECT_GT(host.Run(rc_connect), 0u);
  host.now = host.wall = 0;
  host.Run(rc_on_signal, 77);
  host.Run(rc_on_message, 1, 0xffffffff);
  host.Run(rc_room, 0xffffffff);
  EXPECT_EQ(host.Effects(RC_EFFECT_ERROR).size(), 1u);
  host.Run(rc_token, 5, 0xffffffff);
  host.Run(rc_publish, 1, 9, 0xffffffff, nan, 0xffffffff, 0xffffffff, 0xffffffff);
  EXPECT_EQ(host.Effects(RC_EFFECT_SETTLED).size(), 1u);
  EXPECT_EQ(host.Ask(rc_create, 0, 0, 0, 0xffffffff, 0, 0), 0u);
}

TEST(Abi, ClientsOfOneModuleAreApartAndGoInAnyOrder) {
  Host first;
  {
    Host second;
    Host third;
    EXPECT_GT(second.Run(rc_connect), 0u);
    EXPECT_EQ(second.Effects(RC_EFFECT_OPEN_SOCKET).size(), 1u);
    third.Run(rc_on_timer);
    EXPECT_EQ(third.Effects(RC_EFFECT_OPEN_SOCKET).size(), 0u);
    rc_destroy(second.client());
    third.Run(rc_on_timer);
  }
  EXPECT_GT(first.Run(rc_connect), 0u);
}

TEST(Abi, AWarmClientUsesTheSameMemoryForEveryMessage) {
  Host host;
  host.Connect();
  host.Receive("");
  const rc_address inbound = host.Ask(rc_inbound, 100);
  for (int i = 0; i < 100; ++i) host.Receive("");
  EXPECT_EQ(host.Ask(rc_inbound, 100), inbound);
}

// The header is the one list of exports, for the module's test in tests/client/exports_test.mjs
// too.
TEST(Abi, EveryFunctionOfTheHeaderIsMarkedForExport) {
  std::ifstream file("client-wasm/abi/roomcast_abi.h");
  std::stringstream text;
  text << file.rdbuf();
  std::string header = text.str();
  ASSERT_FALSE(header.empty());
  std::set<std::string> exported;
  for (std::size_t at = 0; (at = header.find("RC_EXPORT(rc_", at)) != std::string::npos; ++at) {
    exported.insert(header.substr(at + 10, header.find(')', at) - at - 10));
  }
  EXPECT_EQ(exported.size(), 32u);
}

}  // namespace
}  // namespace roomcast::test
