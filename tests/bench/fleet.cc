#include "tests/bench/fleet.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "proto/protocol/frame.h"
#include "tests/bench/failure.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kLentBytes = std::size_t{512} << 10;
constexpr std::size_t kArenaBytesMax = std::size_t{1} << 20;
constexpr int kEventsPerTurn = 256;
// Connections under way at a time.
constexpr std::size_t kConnecting = 64;
constexpr std::uint64_t kPatienceNanoseconds = 60'000'000'000;

}  // namespace

Fleet::Fleet(std::size_t clients, std::size_t rooms)
    : rooms_(rooms),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      clients_(clients),
      lent_(kLentBytes),
      arena_(kArenaBytesMax) {}

Fleet::~Fleet() {
  clients_.clear();
  close(epoll_);
}

std::string Fleet::RoomOf(std::size_t client) const {
  return "chat:" + std::to_string(client % rooms_);
}

void Fleet::Cut(std::size_t index) {
  Client& client = clients_[index];
  client.socket.reset();
  if (client.welcome) --welcome_;
  client.welcome = false;
}

void Fleet::CutAll() {
  for (std::size_t i = 0; i < clients_.size(); ++i) Cut(i);
}

void Fleet::Connect(std::size_t index, std::uint16_t port) {
  Cut(index);
  Client& client = clients_[index];
  client.connect_at = NowNanoseconds();
  client.socket.emplace(epoll_, static_cast<std::uint32_t>(index));
  client.socket->Connect({port, "/ws", "roomcast.v1", {}, 0});
}

void Fleet::Greet(std::size_t index) {
  Client& client = clients_[index];
  const std::string room = RoomOf(index);
  Hello hello;
  hello.protocol_version = 1;
  hello.client_name = "roomcast_bench";
  hello.producer = Bytes("0123456789abcdef");
  if (!client.id.empty()) hello.resume = Resume{client.id, Bytes(client.key)};
  std::vector<Join> joins(1);
  joins[0].room = room;
  if (client.position.epoch != 0) joins[0].since = client.position;
  hello.joins = joins;
  client.hello_at = NowNanoseconds();
  Say(index, {1, hello});
}

void Fleet::Say(std::size_t client, const ClientMessage& message) {
  std::string bytes;
  AppendFrame(bytes, message);
  clients_[client].socket->Say(bytes);
}

void Fleet::OnMessage(std::size_t index, std::string_view bytes, std::uint64_t now) {
  arena_.Reset();
  const auto frame = DecodeServerFrame(bytes, arena_);
  if (!frame) throw Failure("the hub sent what is no ServerFrame");
  Client& client = clients_[index];
  for (const ServerMessage& message : frame->messages) {
    if (const auto* welcome = std::get_if<Welcome>(&message.body)) {
      const auto* joined = std::get_if<Joined>(&welcome->joins[0].outcome);
      if (joined == nullptr) throw Failure("the hub refused a join");
      client.id = welcome->session_id.view;
      client.key = welcome->session_key.view;
      client.handle = joined->handle;
      client.position = {joined->position->epoch, joined->start};
      client.welcome = true;
      ++welcome_;
      if (on_arrival) {
        on_arrival(
            {index, client.connect_at, client.hello_at, now, welcome->resumed, joined->verdict});
      }
    } else if (const auto* batch = std::get_if<RoomBatch>(&message.body)) {
      if (batch->handle != client.handle) {
        elsewhere_ += batch->publications.size();
        continue;
      }
      for (const Publication& publication : batch->publications) {
        if (publication.offset != client.position.offset + 1) throw Failure("a hole, or the order");
        client.position.offset = publication.offset;
      }
    } else if (const auto* ping = std::get_if<Ping>(&message.body)) {
      Pong pong;
      pong.sequence = ping->sequence;
      Say(index, {0, pong});
    } else if (const auto* go_away = std::get_if<GoAway>(&message.body)) {
      if (on_go_away) on_go_away(index, *go_away);
    } else if (const auto* end = std::get_if<Disconnect>(&message.body)) {
      throw Failure("the hub ended a connection: " + std::string(end->reason.view));
    }
  }
}

void Fleet::Turn(std::uint64_t until) {
  std::array<epoll_event, kEventsPerTurn> events;
  const std::uint64_t before = NowNanoseconds();
  const std::uint64_t left = until > before ? until - before : 0;
  const timespec wait{static_cast<time_t>(left / 1'000'000'000),
                      static_cast<long>(left % 1'000'000'000)};
  const int count = epoll_pwait2(epoll_, events.data(), kEventsPerTurn, &wait, nullptr);
  if (count < 0 && errno != EINTR) throw Failure("epoll failed");
  for (int i = 0; i < count; ++i) {
    const std::size_t index = events[static_cast<std::size_t>(i)].data.u32;
    const unsigned what = events[static_cast<std::size_t>(i)].events;
    std::optional<ClientSocket>& socket = clients_[index].socket;
    if (!socket) continue;
    if ((what & EPOLLOUT) != 0) socket->OnWritable();
    if ((what & ~static_cast<unsigned>(EPOLLOUT)) == 0) continue;
    messages_.clear();
    const bool was_open = socket->is_open();
    socket->Receive(lent_, messages_);
    if (!was_open && socket->is_open()) Greet(index);
    const std::uint64_t now = NowNanoseconds();
    for (const std::string_view message : messages_) OnMessage(index, message, now);
  }
}

void Fleet::ConnectAll(std::uint16_t port) {
  const std::uint64_t give_up_at = NowNanoseconds() + kPatienceNanoseconds;
  std::size_t begun = 0;
  while (welcome_ < clients_.size()) {
    while (begun < clients_.size() && begun - welcome_ < kConnecting) Connect(begun++, port);
    Turn(give_up_at);
    if (NowNanoseconds() >= give_up_at) throw Failure("not all connections are ready in time");
  }
}

void Fleet::ConnectAt(std::size_t client, std::uint64_t at, std::uint16_t port) {
  plans_.push({at, client, port});
}

void Fleet::RunUntil(std::uint64_t at) {
  for (std::uint64_t now = NowNanoseconds(); now < at; now = NowNanoseconds()) {
    while (!plans_.empty() && plans_.top().at <= now) {
      const Plan plan = plans_.top();
      plans_.pop();
      Connect(plan.client, plan.port);
    }
    Turn(plans_.empty() ? at : std::min(at, plans_.top().at));
  }
}

}  // namespace roomcast::bench
