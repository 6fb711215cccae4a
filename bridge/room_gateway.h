// The question that the bridge asks, in the bridge's own words: plain values, no gRPC, no Protobuf.
// The hub's side implements it; the bridge knows nothing else of the hub.
//
// The rules of every method:
//  - It may be called on any thread, many at once, and must not block or wait: it posts to a
//  mailbox.
//  - `done` is called exactly once, on any thread, also from within the method. It is short and
//  never
//    blocks. It may be called long after the caller has gone away, and after the bridge has.
//  - Where the mailbox is full, `done` hears a temporary HubError with retry_after_ms at once.
//  - `not_after` travels with a command: what is taken from a mailbox later than that is not done,
//  since
//    nobody waits for it; it is answered all the same.
//  - What the schema calls required is there, and data is at most 64 KiB. Everything else (room
//  names,
//    namespaces, rights, lengths of type, key and tags) is the hub's to judge.
#ifndef ROOMCAST_BRIDGE_ROOM_GATEWAY_H_
#define ROOMCAST_BRIDGE_ROOM_GATEWAY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "bridge/gateway_words.h"
#include "bridge/manage_gateway.h"
#include "bridge/publication_content.h"
#include "bridge/read_gateway.h"
#include "bridge/stream_gateway.h"
#include "bridge/watch_gateway.h"

namespace roomcast::bridge {

struct PublishCommand {
  std::string room;
  // Never null; never changes.
  std::shared_ptr<const PublicationContent> content;
  // The name of the key that the call came with; idempotency keys mean something within it only.
  // Empty where the bridge is open.
  std::string caller;
  // Empty: nothing is deduplicated.
  std::string idempotency_key;
  Deadline not_after = kNoDeadline;
  // The hub may do what it takes on the caller's thread, and wake nobody. Not for a thread that
  // holds a lock of the bridge, nor for one that has more to post.
  bool may_stay = false;
};

// The fields of GetInfoResponse, where their meaning is said.
struct HubInfo {
  std::string instance;
  std::string node;
  std::string version;
  std::uint64_t uptime_ms = 0;
  std::int64_t now_at = 0;
  std::uint32_t shards = 0;
  std::uint64_t connections = 0;
  std::uint64_t sessions = 0;
  std::uint64_t parked_sessions = 0;
  std::uint64_t users = 0;
  std::uint64_t rooms = 0;
  std::uint64_t publications = 0;
  bool draining = false;
  bool development = false;
};

class RoomGateway : public ManageGateway,
                    public StreamGateway,
                    public ReadGateway,
                    public WatchGateway {
 public:
  virtual void Publish(PublishCommand command, Done<PublishOutcome> done) = 0;
  virtual void GetInfo(Deadline not_after, Done<HubInfo> done) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_ROOM_GATEWAY_H_
