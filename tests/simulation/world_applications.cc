// What applications and a backend do: at random, and mostly talk.
#include <utility>

#include "server/hub/home.h"
#include "tests/simulation/world.h"

namespace roomcast::simulation {

void World::Begin(ClientIndex index) {
  Client& client = clients_[index];
  client::ClientOptions options;
  options.url = "ws://simulation/";
  options.name = "simulation";
  for (char& byte : options.producer) byte = static_cast<char>(random_.Next());
  options.seed = random_.Next();
  client.has_token = random_.Chance(weather_.token_per_mille);
  options.token_provider = client.has_token;
  client.core = std::make_unique<client::ClientCore>(options, NowOf(client));
  if (judge_.tracing()) client.core->SetTrace(client::TraceLevel::kFrames);
  const std::uint64_t first = random_.Below(streams_.names().size());
  const std::uint64_t uses = 1 + random_.Below(std::min<std::size_t>(4, streams_.names().size()));
  for (std::uint64_t i = 0; i < uses; ++i) {
    RoomUse use;
    use.room = (first + i) % streams_.names().size();
    use.interest = static_cast<PresenceInterest>(random_.Below(3));
    use.id = client.core->OpenRoom(NowOf(client), streams_.names()[use.room]);
    client.rooms.push_back(use);
    Join(index, client.rooms.back());
  }
  Connect(index);
  events_.Plan(now_ + Around(random_, weather_.act_every), Kind::kApplication, index);
}

void World::Connect(ClientIndex index) {
  Client& client = clients_[index];
  client.wants_connection = true;
  calls_.OnCall(index, client.core->Connect(NowOf(client)));
  TakeEffects(index);
}

void World::ActAsApplication(ClientIndex index) {
  if (healing_) return;
  Client& client = clients_[index];
  events_.Plan(now_ + Around(random_, weather_.act_every), Kind::kApplication, index);
  if (client.asleep) return;
  if (!client.wants_connection && random_.Chance(300)) return Connect(index);
  RoomUse& use = client.rooms[random_.Below(client.rooms.size())];
  const std::uint64_t what = random_.Below(1000);
  if (what < 740) {
    Publish(index, use);
  } else if (what < 780) {
    for (int i = 0; i < 25; ++i) Publish(index, use);
  } else if (what < 860) {
    SendVolatile(index, use);
  } else if (what < 915) {
    Join(index, use);
  } else if (what < 945) {
    Leave(index, use);
  } else if (what < 950) {
    Reopen(index, use);
  } else if (what < 958) {
    UpdateMember(index, use);
  } else if (what < 967) {
    calls_.OnCall(index, client.core->Ping(NowOf(client)));
  } else if (what < 985) {
    if (!calls_.open(index).empty()) {
      const auto& open = calls_.open(index);
      client.core->Abort(NowOf(client), open[random_.Below(open.size())].id);
    }
  } else if (what < 990) {
    client.wants_connection = false;
    client.core->Disconnect(NowOf(client));
  } else {
    client.core->OnSignal(NowOf(client), static_cast<client::Signal>(1 + random_.Below(5)));
    if (client.link != kNoLink) LinkOf(client.link).nudged_at = now_;
  }
  TakeEffects(index);
}

void World::Publish(ClientIndex index, const RoomUse& use) {
  Client& client = clients_[index];
  const std::uint32_t serial = publishes_.Begin(index, use.room);
  WritePayload(payload_, {index, serial}, random_.Below(weather_.payload_max));
  client::PublishOptions options;
  options.data = payload_;
  if (random_.Chance(50)) options.timeout = 1s;
  const client::CallId call = client.core->Publish(NowOf(client), use.id, options);
  calls_.OnCall(index, call, serial);
  TakeEffects(index);
}

void World::SendVolatile(ClientIndex index, const RoomUse& use) {
  Client& client = clients_[index];
  WritePayload(payload_, {index, kVolatile | client.volatile_serial++}, 16);
  client::PublishOptions options;
  options.data = payload_;
  client.core->Send(NowOf(client), use.id, options);
}

void World::Join(ClientIndex index, RoomUse& use) {
  Client& client = clients_[index];
  client::JoinOptions options;
  options.presence = use.interest;
  const std::string data = random_.Chance(500) ? NextData(index) : std::string();
  options.member_data = data;
  std::optional<Position> since;
  switch (random_.Below(6)) {
    case 0:
      options.since = static_cast<LastCount>(random_.Below(20));
      break;
    case 1:
      options.since = static_cast<LastMs>(random_.Below(20'000));
      break;
    case 2:
      since = use.last;
      if (since) options.since = *since;
      break;
    default:
      break;
  }
  // The core keeps the position of a room that it is in.
  if (!use.wanted || !holes_.PositionOf(index, use.room)) holes_.OnWish(index, use.room, since);
  use.wanted = true;
  calls_.OnCall(index, client.core->Join(NowOf(client), use.id, options));
  TakeEffects(index);
}

std::string World::NextData(ClientIndex index) {
  return std::to_string(index) + "." + std::to_string(clients_[index].data_serial++);
}

void World::UpdateMember(ClientIndex index, const RoomUse& use) {
  Client& client = clients_[index];
  calls_.OnCall(index, client.core->UpdateMember(NowOf(client), use.id, NextData(index)));
}

void World::Leave(ClientIndex index, RoomUse& use) {
  Client& client = clients_[index];
  use.last = holes_.PositionOf(index, use.room);
  calls_.OnCall(index, client.core->Leave(NowOf(client), use.id));
  TakeEffects(index);
}

// Forgets the room and opens it again, at once.
void World::Reopen(ClientIndex index, RoomUse& use) {
  Client& client = clients_[index];
  client.core->ReleaseRoom(NowOf(client), use.id);
  TakeEffects(index);
  use.wanted = false;
  use.id = client.core->OpenRoom(NowOf(client), streams_.names()[use.room]);
  Join(index, use);
}

void World::ActAsBackend() {
  if (healing_) return;
  events_.Plan(now_ + Around(random_, weather_.backend_every), Kind::kBackend);
  if (!hub_) return;
  const std::size_t room = random_.Below(streams_.names().size());
  const std::uint64_t burst = random_.Chance(50) ? 20 : 1;
  for (std::uint64_t i = 0; i < burst; ++i) PublishAsBackend(room);
}

void World::PublishAsBackend(std::size_t room) {
  const auto who = static_cast<ClientIndex>(clients_.size());
  // Now and then the same again, as one that lost the answer does.
  std::optional<BackendCall> again;
  if (!backend_calls_.empty() && random_.Chance(150)) again = backend_calls_.back();
  if (again && again->life != life_) again.reset();
  BackendCall call;
  call.life = life_;
  call.room = again ? again->room : static_cast<std::uint32_t>(room);
  call.serial = again ? again->serial : publishes_.Begin(who, room);
  publishes_.OnSent(who, call.serial, life_);
  WritePayload(payload_, {who, call.serial}, 8 + call.serial % 64);
  hub::PublishToRoom publish;
  publish.origin.from = static_cast<hub::BridgeCall>(backend_calls_.size());
  publish.room = streams_.names()[call.room];
  publish.data = payload_;
  publish.producer = {0xbac4e4d, 1};
  publish.counter = call.serial + std::uint64_t{1};
  if (hub_->PostFromBridge(std::move(publish), HubNow())) backend_calls_.push_back(call);
}

void World::OnBridgeAnswer(hub::BridgeCall id, const hub::BridgeAnswers::Published& answer) {
  BackendCall& call = backend_calls_[static_cast<std::size_t>(id)];
  if (std::exchange(call.answered, true)) {
    judge_.Breach("I7", kNobody, "the backend's call was answered twice");
  }
  publishes_.OnAnswer(static_cast<ClientIndex>(clients_.size()), call.serial, answer.position,
                      answer.refused);
}

}  // namespace roomcast::simulation
