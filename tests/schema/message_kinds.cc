#include "tests/schema/message_kinds.h"

#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/watch_messages.h"
#include "proto/protocol/wire_reader.h"
#include "tests/schema/struct_visitors.h"

namespace roomcast {
namespace {

template <class M>
std::optional<std::string> Recode(std::string_view bytes) {
  Arena arena(std::size_t{64} << 20);
  M message;
  if (!MessageReader(arena).Read(bytes, message)) return std::nullopt;
  std::string out;
  wire::AppendEncoded(out, message);
  return out;
}

template <class M>
std::string EncodeRandom(Random& random) {
  RandomFiller filler(random);
  std::string out;
  wire::AppendEncoded(out, filler.Make<M>());
  return out;
}

template <class M>
std::vector<std::string> Fields() {
  M message;
  FieldLister lister;
  M::Fields(message, lister);
  return lister.fields();
}

template <class M>
constexpr MessageKind Kind(std::string_view name) {
  return {name, &Recode<M>, &EncodeRandom<M>, &Fields<M>};
}

constexpr MessageKind kKinds[] = {
    Kind<ClientFrame>("ClientFrame"),
    Kind<ServerFrame>("ServerFrame"),
    Kind<ClientMessage>("ClientMessage"),
    Kind<ServerMessage>("ServerMessage"),
    Kind<Position>("Position"),
    Kind<PublishId>("PublishId"),
    Kind<Publisher>("Publisher"),
    Kind<Tag>("Tag"),
    Kind<Publication>("Publication"),
    Kind<Error>("Error"),
    Kind<Hello>("Hello"),
    Kind<Resume>("Resume"),
    Kind<Welcome>("Welcome"),
    Kind<JoinOutcome>("JoinOutcome"),
    Kind<Limits>("Limits"),
    Kind<Refresh>("Refresh"),
    Kind<Ping>("Ping"),
    Kind<Pong>("Pong"),
    Kind<Bye>("Bye"),
    Kind<GoAway>("GoAway"),
    Kind<Disconnect>("Disconnect"),
    Kind<Join>("Join"),
    Kind<RoomPolicy>("RoomPolicy"),
    Kind<Joined>("Joined"),
    Kind<Leave>("Leave"),
    Kind<Left>("Left"),
    Kind<RoomBatch>("RoomBatch"),
    Kind<Gap>("Gap"),
    Kind<Reset>("Reset"),
    Kind<Tops>("Tops"),
    Kind<Top>("Top"),
    Kind<Publish>("Publish"),
    Kind<Published>("Published"),
    Kind<History>("History"),
    Kind<HistoryPage>("HistoryPage"),
    Kind<PresenceUser>("PresenceUser"),
    Kind<PresenceSnapshot>("PresenceSnapshot"),
    Kind<Presence>("Presence"),
    Kind<PresenceGet>("PresenceGet"),
    Kind<PresencePage>("PresencePage"),
    Kind<PresenceUpdate>("PresenceUpdate"),
    Kind<Call>("Call"),
    Kind<CallResult>("CallResult"),
    Kind<Ok>("Ok"),
    Kind<HubError>("HubError"),
    Kind<WatchOpened>("WatchOpened"),
    Kind<WatchJoined>("WatchJoined"),
    Kind<WatchLeft>("WatchLeft"),
    Kind<Lifecycle>("Lifecycle"),
    Kind<WatchEvent>("WatchEvent"),
    Kind<WatchResponse>("WatchResponse"),
};

}  // namespace

std::span<const MessageKind> MessageKinds() { return kKinds; }

}  // namespace roomcast
