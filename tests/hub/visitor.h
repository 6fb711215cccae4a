// A client that comes and goes, and what tests ask of a whole hub.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/hub/home.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {

inline constexpr hub::BridgeCall kCall{7};

inline hub::HubConfig ConfigOf(std::uint16_t shards, std::uint64_t seed = 1) {
  return HubRig::DefaultConfig({.shards = shards, .seed = seed});
}

// One that says Hello and remembers what it was told.
struct Client {
  hub::ConnectionId connection{};
  std::string id;
  std::string key;
  bool welcomed = false;
  bool resumed = false;
  std::vector<std::string> pushed;  // rooms of Joined that answer nothing
  std::vector<std::string> data;    // of publications

  void Connect(HubRig& rig, std::uint16_t shard, const std::string& token,
               const std::vector<Join>& joins = {}) {
    connection = rig.Open(shard);
    Hello hello;
    hello.protocol_version = 1;
    hello.token = token;
    hello.producer = Bytes(std::string_view("0123456789abcdef"));
    const std::string old_id = id;
    const std::string old_key = key;
    if (!id.empty()) hello.resume = Resume{old_id, Bytes(old_key)};
    hello.joins = joins;
    rig.Say(connection, {1, hello});
    rig.Settle();
    Read(rig);
  }
  void Read(HubRig& rig) {
    for (const ServerMessage& message : rig.Take(connection)) {
      if (const auto* welcome = std::get_if<Welcome>(&message.body)) {
        welcomed = true;
        resumed = welcome->resumed;
        id = welcome->session_id.view;
        key = welcome->session_key.view;
      } else if (const auto* joined = std::get_if<Joined>(&message.body)) {
        if (message.id == 0) pushed.emplace_back(joined->room.view);
      } else if (const auto* batch = std::get_if<RoomBatch>(&message.body)) {
        for (const Publication& one : batch->publications) data.emplace_back(one.data.view);
      }
    }
  }
};

inline std::size_t Sum(HubRig& rig, std::size_t hub::Shard::Counts::*what) {
  std::size_t sum = 0;
  for (std::uint16_t shard = 0; shard < rig.shards(); ++shard) {
    sum += rig.shard(shard).counts().*what;
  }
  return sum;
}

// From a backend.
inline void Push(HubRig& rig, std::string_view room, std::string_view text) {
  hub::PublishToRoom publish;
  publish.origin = {kCall, 0};
  publish.room = room;
  publish.data = text;
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room)), publish);
  rig.Settle();
}

}  // namespace roomcast::test
