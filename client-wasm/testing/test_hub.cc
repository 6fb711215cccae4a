#include "client-wasm/testing/test_hub.h"

#include <utility>

#include "server/hub/hub_config.h"

namespace roomcast::testing {
namespace {

hub::HubConfig ConfigOf(Random& random, const std::vector<std::string>& namespaces) {
  hub::HubConfig config;
  config.instance = std::string(16, '0');
  std::uint64_t number = random.Next();
  for (char& digit : config.instance) {
    digit = "0123456789abcdef"[number & 15];
    number >>= 4;
  }
  config.node = "test";
  config.hash_key = {random.Next(), random.Next()};
  config.anonymous = true;
  for (const std::string& name : namespaces) config.namespaces.push_back({.name = name});
  return config;
}

std::size_t NoHead(std::size_t, char*) { return 0; }

}  // namespace

TestHub::TestHub(std::uint64_t seed, const std::vector<std::string>& namespaces, HubWires& wires)
    : wires_(wires),
      random_(seed),
      engine_{HashKey{random_.Next(), random_.Next()}, random_.Next()},
      shard_(hub::ShardId{0}, ConfigOf(random_, namespaces),
             {*this, *this, *this, engine_, *this, *this, *this, NoHead}) {}

void TestHub::OnOpen(hub::ConnectionId connection, Now now) {
  shard_.OnOpen(connection, now);
  shard_.EndTurn(now);
}

void TestHub::OnMessage(hub::ConnectionId connection, std::string_view bytes, Now now) {
  shard_.OnMessage(connection, bytes, now);
  shard_.EndTurn(now);
}

void TestHub::OnClosed(hub::ConnectionId connection, std::uint16_t code, Now now) {
  shard_.OnClosed(connection, code, now);
  shard_.EndTurn(now);
}

void TestHub::OnMail(hub::Mail mail, Now now) {
  shard_.OnMail(std::move(mail), now);
  shard_.EndTurn(now);
}

void TestHub::OnTime(Now now) {
  shard_.OnTime(now);
  shard_.EndTurn(now);
}

hub::Outbox::Fill TestHub::Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane) {
  wires_.ToClient(connection, bytes.payload());
  return Outbox::Fill::kFine;
}

void TestHub::Close(hub::ConnectionId connection, DisconnectCode code, std::string_view reason) {
  wires_.EndClient(connection, static_cast<std::uint16_t>(code), reason);
}

void TestHub::SetReading(hub::ConnectionId connection, bool reading) {
  wires_.SetReading(connection, reading);
}

void TestHub::Fill(char* out, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(random_.Next());
}

hub::Authenticator::Answer TestHub::Verify(std::string_view token, WallTime) const {
  Answer answer;
  answer.refusal = Refusal::kNone;
  answer.identity.user = token;
  return answer;
}

}  // namespace roomcast::testing
