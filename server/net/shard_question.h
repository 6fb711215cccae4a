#ifndef ROOMCAST_SERVER_NET_SHARD_QUESTION_H_
#define ROOMCAST_SERVER_NET_SHARD_QUESTION_H_

#include <utility>

#include "absl/functional/any_invocable.h"
#include "bridge/room_gateway.h"
#include "proto/protocol/instant.h"
#include "server/hub/history_mail.h"

namespace roomcast::hub {
class Inspector;
}

namespace roomcast::net {

class Connections;

// What a shard looks like from within, in one of its turns and for the time of one call.
struct ShardView {
  const hub::Inspector& inspector;
  Connections& connections;
  Now now;
};

// Asks a shard what it can answer at once. Called exactly once: in the shard's turn, and soon
// done; or with null, because the hub stops.
struct AskShard {
  absl::AnyInvocable<void(const ShardView* view) &&> question;
};

// A page of history, which an engine may take its time for.
struct BridgeHistory {
  hub::ReadHistory ask;
  bridge::Deadline not_after = bridge::kNoDeadline;
  bridge::Done<bridge::HistoryOutcome> done;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SHARD_QUESTION_H_
