#include "client-wasm/abi/roomcast_abi.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "client-wasm/abi/record_writer.h"
#include "client-wasm/abi/scratch.h"
#include "client-wasm/core/client_core.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

// What the records rely on; in WebAssembly an address has 4 bytes.
static_assert(sizeof(rc_effect) == 96);
static_assert(sizeof(rc_address) != 4 || sizeof(rc_mailbox) == sizeof(rc_effect));

namespace {

using namespace roomcast;          // NOLINT(google-build-using-namespace): a file of adapters
using namespace roomcast::client;  // NOLINT(google-build-using-namespace)

struct Client {
  Client(const ClientOptions& options, Now now) : core(options, now) {}

  ClientCore core;
  EffectBatch batch;
  RecordWriter writer;
  HostBuffer inbound;
  rc_mailbox mailbox{};
  std::array<double, RC_STAT_COUNT> stats{};
  std::uint32_t handle = 0;
  std::unique_ptr<Client> next;
};

// Everything that lives in the module. Never destroyed: the module ends with its memory.
struct Module {
  HostBuffer scratch;
  ScratchReader reader;  // of the input under way
  Client* chosen = nullptr;
  Now now{};
  std::uint32_t last_handle = 0;
  std::unique_ptr<Client> clients;
};
template <class T>
union Undying {
  constexpr Undying() : value() {}
  ~Undying() {}  // NOLINT(modernize-use-equals-default): the value's is not called
  T value;
};
constinit Undying<Module> the_module;
Module& module = the_module.value;

// A double as whole microseconds; nonsense is 0.
std::int64_t ToMicroseconds(double value) {
  constexpr double kMost = 9e15;
  return value > -kMost && value < kMost ? static_cast<std::int64_t>(value) : 0;
}
Now ToNow(double now, double wall) {
  return {InstantFromMicroseconds(ToMicroseconds(now * 1000.0)), WallTime{ToMicroseconds(wall)}};
}
std::uint64_t ToCount(double value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ToMicroseconds(value), 0));
}
std::uint64_t Join64(std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint64_t>(high) << 32 | low;
}
template <class Answer>
std::uint32_t As32(Answer answer) {
  return static_cast<std::uint32_t>(answer);
}
std::uint32_t Low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t High(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

// The chosen client's core.
ClientCore& Core() { return module.chosen->core; }

// What rc_publish and rc_send have in common; views the scratch buffer.
struct PublishArguments {
  PublishArguments(std::uint32_t encoding, std::uint32_t tag_count, std::uint32_t type_bytes,
                   std::uint32_t key_bytes, std::uint32_t data_bytes) {
    ScratchReader& reader = module.reader;
    options.encoding = static_cast<Encoding>(encoding);
    options.type = reader.Take(type_bytes);
    options.key = reader.Take(key_bytes);
    options.data = reader.Take(data_bytes);
    // One more than is allowed is read, so that the core can refuse it in its own words.
    const std::size_t count = std::min<std::size_t>(tag_count, tags.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t name_bytes = reader.TakeByte();
      const std::uint8_t value_bytes = reader.TakeByte();
      tags[i].name = reader.Take(name_bytes);
      tags[i].value = reader.Take(value_bytes);
    }
    options.tags = {tags.data(), count};
  }
  std::array<Tag, kTagsMax + 1> tags;
  PublishOptions options;
};

}  // namespace

extern "C" {

rc_address rc_scratch(uint32_t bytes) {
  return reinterpret_cast<rc_address>(module.scratch.Reserve(bytes));
}

void rc_begin(uint32_t client, double now, double wall) {
  Client* found = module.clients.get();
  while (found != nullptr && found->handle != client) found = found->next.get();
  if (found == nullptr && client != 0) __builtin_trap();
  module.chosen = found;
  module.now = ToNow(now, wall);
  module.reader = ScratchReader(module.scratch);
}

uint32_t rc_create(uint32_t seed_low, uint32_t seed_high, uint32_t flags, uint32_t url_bytes,
                   uint32_t name_bytes, uint32_t version_bytes) {
  ScratchReader& reader = module.reader;
  ClientOptions options;
  options.url = reader.Take(url_bytes);
  options.name = reader.Take(name_bytes);
  options.version = reader.Take(version_bytes);
  const std::string_view producer = reader.Take(kProducerBytes);
  if (!reader.ok() || std::max(name_bytes, version_bytes) > kClientNameBytesMax) return 0;
  if (!IsUtf8(options.url) || !IsUtf8(options.name) || !IsUtf8(options.version)) return 0;
  std::memcpy(options.producer.data(), producer.data(), kProducerBytes);
  options.seed = Join64(seed_low, seed_high);
  options.token_provider = (flags & RC_CREATE_TOKEN_PROVIDER) != 0;
  auto client = std::make_unique<Client>(options, module.now);
  client->handle = ++module.last_handle;
  client->next = std::move(module.clients);
  module.clients = std::move(client);
  return module.last_handle;
}

void rc_destroy(uint32_t client) {
  module.chosen = nullptr;
  std::unique_ptr<Client>* place = &module.clients;
  while (*place != nullptr && (*place)->handle != client) place = &(*place)->next;
  if (*place != nullptr) *place = std::move((*place)->next);
}

rc_address rc_mailbox_address(void) {
  return reinterpret_cast<rc_address>(&module.chosen->mailbox);
}

void rc_effects(void) {
  Client& client = *module.chosen;
  client.core.TakeEffects(client.batch);
  RecordWriter& writer = client.writer;
  writer.Write(client.batch, client.inbound.view());
  rc_mailbox& mailbox = client.mailbox;
  mailbox.effects = reinterpret_cast<rc_address>(writer.records().begin());
  mailbox.effect_count = static_cast<std::uint32_t>(writer.records().size());
  mailbox.text = reinterpret_cast<rc_address>(writer.text().data());
  mailbox.text_bytes = static_cast<std::uint32_t>(writer.text().size());
}

uint32_t rc_connect(void) { return As32(Core().Connect(module.now)); }

void rc_disconnect(void) { Core().Disconnect(module.now); }

void rc_close(void) { Core().Close(module.now); }

void rc_token(uint32_t request, uint32_t token_bytes) {
  Core().GiveToken(module.now, request, module.reader.Take(token_bytes));
}

void rc_token_failed(uint32_t request, uint32_t permanent) {
  Core().TokenFailed(module.now, request, permanent != 0);
}

void rc_on_open(uint32_t generation) {
  Core().OnSocketOpen(module.now, static_cast<Generation>(generation));
}

rc_address rc_inbound(uint32_t bytes) {
  return reinterpret_cast<rc_address>(module.chosen->inbound.Reserve(bytes));
}

void rc_on_message(uint32_t generation, uint32_t bytes) {
  const std::string_view message = module.chosen->inbound.view().substr(0, bytes);
  Core().OnMessage(module.now, static_cast<Generation>(generation), message);
}

void rc_on_text(uint32_t generation) {
  Core().OnText(module.now, static_cast<Generation>(generation));
}

void rc_on_closed(uint32_t generation, uint32_t code, uint32_t reason_bytes) {
  const std::string_view reason = module.reader.Take(reason_bytes);
  Core().OnSocketClosed(module.now, static_cast<Generation>(generation), code, reason);
}

void rc_on_timer(void) { Core().OnTimer(module.now); }

void rc_on_signal(uint32_t signal) {
  if (signal < RC_SIGNAL_HIDDEN || signal > RC_SIGNAL_UNLOAD) return;
  Core().OnSignal(module.now, static_cast<Signal>(signal));
}

uint32_t rc_room(uint32_t name_bytes) {
  return As32(Core().OpenRoom(module.now, module.reader.Take(name_bytes)));
}

void rc_room_release(uint32_t room) { Core().ReleaseRoom(module.now, static_cast<RoomId>(room)); }

uint32_t rc_join(uint32_t room, uint32_t flags, uint32_t presence, uint32_t since_kind,
                 double since, uint32_t epoch_low, uint32_t epoch_high, uint32_t token_bytes,
                 uint32_t member_data_bytes) {
  JoinOptions options;
  options.token = module.reader.Take(token_bytes);
  options.member_data = module.reader.Take(member_data_bytes);
  options.on_lost = (flags & RC_JOIN_REJECT_LOST) != 0 ? OnLost::kReject : OnLost::kContinue;
  options.echo = (flags & RC_JOIN_NO_ECHO) == 0;
  options.presence = static_cast<PresenceInterest>(presence);
  const std::uint64_t count = ToCount(since);
  if (since_kind == RC_SINCE_POSITION) {
    options.since = Position{Join64(epoch_low, epoch_high), count};
  } else if (since_kind == RC_SINCE_LAST_COUNT) {
    options.since = LastCount{Low(std::min<std::uint64_t>(count, UINT32_MAX))};
  } else if (since_kind == RC_SINCE_LAST_MS) {
    options.since = LastMs{count};
  }
  return As32(Core().Join(module.now, static_cast<RoomId>(room), options));
}

uint32_t rc_leave(uint32_t room) {
  return As32(Core().Leave(module.now, static_cast<RoomId>(room)));
}

uint32_t rc_publish(uint32_t room, uint32_t encoding, uint32_t tag_count, double timeout_ms,
                    uint32_t type_bytes, uint32_t key_bytes, uint32_t data_bytes) {
  PublishArguments arguments(encoding, tag_count, type_bytes, key_bytes, data_bytes);
  arguments.options.timeout = Duration(ToMicroseconds(timeout_ms * 1000.0));
  return As32(Core().Publish(module.now, static_cast<RoomId>(room), arguments.options));
}

uint32_t rc_send(uint32_t room, uint32_t encoding, uint32_t tag_count, uint32_t type_bytes,
                 uint32_t key_bytes, uint32_t data_bytes) {
  const PublishArguments arguments(encoding, tag_count, type_bytes, key_bytes, data_bytes);
  return As32(Core().Send(module.now, static_cast<RoomId>(room), arguments.options));
}

uint32_t rc_history(uint32_t room, uint32_t flags, double offset, uint32_t epoch_low,
                    uint32_t epoch_high, uint32_t limit) {
  HistoryOptions options;
  options.limit = limit;
  options.reverse = (flags & RC_HISTORY_REVERSE) != 0;
  if ((flags & RC_HISTORY_FROM) != 0) {
    options.from = Position{Join64(epoch_low, epoch_high), ToCount(offset)};
  }
  return As32(Core().History(module.now, static_cast<RoomId>(room), options));
}

uint32_t rc_update_member(uint32_t room, uint32_t member_data_bytes) {
  const std::string_view data = module.reader.Take(member_data_bytes);
  return As32(Core().UpdateMember(module.now, static_cast<RoomId>(room), data));
}

uint32_t rc_ping(void) { return As32(Core().Ping(module.now)); }

void rc_abort(uint32_t call) { Core().Abort(module.now, static_cast<CallId>(call)); }

uint32_t rc_hub_time(void) {
  const auto reading = Core().HubTime(module.now);
  if (!reading) return 0;
  rc_mailbox& mailbox = module.chosen->mailbox;
  mailbox.number[0] = static_cast<double>(reading->hub_time);
  mailbox.number[1] = static_cast<double>(reading->error);
  return 1;
}

uint32_t rc_position(uint32_t room) {
  const auto position = Core().position(static_cast<RoomId>(room));
  if (!position) return 0;
  rc_mailbox& mailbox = module.chosen->mailbox;
  mailbox.number[0] = static_cast<double>(position->offset);
  mailbox.word[0] = Low(position->epoch);
  mailbox.word[1] = High(position->epoch);
  return 1;
}

rc_address rc_stats(void) {
  Client& client = *module.chosen;
  const Stats stats = client.core.stats();
  std::array<std::uint64_t, RC_STAT_COUNT> counts;
  static_assert(sizeof stats == sizeof counts);
  std::memcpy(counts.data(), &stats, sizeof counts);
  std::transform(counts.begin(), counts.end(), client.stats.begin(),
                 [](std::uint64_t count) { return static_cast<double>(count); });
  return reinterpret_cast<rc_address>(client.stats.data());
}

void rc_trace(uint32_t level) {
  Core().SetTrace(static_cast<TraceLevel>(std::min<std::uint32_t>(level, RC_TRACE_FRAMES)));
}

}  // extern "C"
