#ifndef ROOMCAST_SERVER_NET_LETTER_H_
#define ROOMCAST_SERVER_NET_LETTER_H_

#include <cstddef>
#include <memory>
#include <variant>

#include "bridge/room_gateway.h"
#include "server/hub/hub_config.h"
#include "server/hub/mail.h"
#include "server/net/bridge_order.h"
#include "server/net/item_desk.h"
#include "server/net/shard_question.h"

namespace roomcast::net {

class Census;

// A backend's publish, on its way to the room's home shard together with who waits for the answer:
// the answer is settled in a turn of that shard, and no table is shared between threads.
struct BridgePublish {
  hub::PublishToRoom publish;
  bridge::Deadline not_after = bridge::kNoDeadline;
  bridge::Done<bridge::PublishOutcome> done;
};

// "How many of everything have you?" Answered once by each shard.
struct CountYourself {
  std::shared_ptr<Census> census;
};

// What of this config may change holds from now on.
struct TakeConfig {
  std::shared_ptr<const hub::HubConfig> wanted;
};

// Whatever a shard is told by other threads.
using Letter = std::variant<std::monostate, hub::Mail, BridgePublish, BridgeItems, BridgeOrder,
                            BridgeHistory, AskShard, CountYourself, TakeConfig>;

// What a letter holds, for the mailbox's bound in bytes.
std::size_t BytesOf(const Letter& letter);

// Nobody will read it: who waits for an answer hears that the hub stops.
void Refuse(Letter& letter);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_LETTER_H_
