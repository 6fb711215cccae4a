#include "tests/bench/load.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <numeric>
#include <utility>

#include "tests/bench/failure.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/talk.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kLentBytes = std::size_t{512} << 10;
constexpr int kEventsPerTurn = 256;
// Connections under way at a time.
constexpr std::size_t kConnecting = 64;
// How long anything may take that a healthy server does at once.
constexpr double kPatienceSeconds = 10;
// Enough for a percentile; more would only cost memory.
constexpr std::size_t kLatenciesMax = std::size_t{1} << 21;

std::uint64_t Nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

std::string RoomName(std::size_t room) {
  // Six bytes: the small protocol's rooms have no other length.
  std::array<char, 24> name;
  std::snprintf(name.data(), name.size(), "%06zu", room);
  return name.data();
}

}  // namespace

Load::Load(std::uint16_t port, const Words& words, const Shape& shape)
    : words_(words),
      shape_(shape),
      target_{port, words.path(), words.subprotocol(), words.extensions(), 0},
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      members_(shape.members),
      rooms_(shape.rooms),
      payload_(shape.payload_bytes, 'x'),
      lent_(kLentBytes) {
  for (std::size_t i = 0; i < shape_.rooms; ++i) rooms_[i].name = RoomName(i);
  for (std::size_t i = 0; i < shape_.members; ++i) {
    members_[i].room = static_cast<std::uint32_t>(i % rooms_.size());
  }
}

Load::~Load() {
  sockets_.clear();
  close(epoll_);
}

void Load::Start(std::size_t index) {
  sockets_.emplace_back(epoll_, static_cast<std::uint32_t>(index));
  sockets_.back().Connect(target_);
}

void Load::Greet(std::size_t index) {
  std::string_view room;
  if (index < members_.size()) room = rooms_[members_[index].room].name;
  const std::vector<std::string> greeting = words_.Greeting(room);
  for (const std::string& message : greeting) sockets_[index].Queue(message);
  sockets_[index].Flush();
  if (greeting.empty()) ++ready_;
}

void Load::Open() {
  const std::size_t connections = members_.size() + shape_.publishers;
  sockets_.reserve(connections);
  const std::uint64_t give_up_at = NowNanoseconds() + Nanoseconds(3 * kPatienceSeconds);
  while (ready_ < connections) {
    while (sockets_.size() < connections && sockets_.size() - ready_ < kConnecting) {
      Start(sockets_.size());
    }
    Turn(give_up_at);
    if (NowNanoseconds() >= give_up_at) {
      throw Failure(std::to_string(ready_) + " of " + std::to_string(connections) +
                    " connections are ready after " + std::to_string(3 * kPatienceSeconds) + " s");
    }
  }
}

void Load::Turn(std::uint64_t until) {
  std::array<epoll_event, kEventsPerTurn> events;
  const std::uint64_t before = NowNanoseconds();
  const std::uint64_t left = until > before ? until - before : 0;
  const timespec wait{static_cast<time_t>(left / 1'000'000'000),
                      static_cast<long>(left % 1'000'000'000)};
  const int count = epoll_pwait2(epoll_, events.data(), kEventsPerTurn, &wait, nullptr);
  if (count < 0 && errno != EINTR) throw Failure("epoll failed");
  for (int i = 0; i < count; ++i) {
    const std::size_t index = events[i].data.u32;
    if ((events[i].events & EPOLLOUT) != 0) sockets_[index].OnWritable();
    if ((events[i].events & ~static_cast<unsigned>(EPOLLOUT)) == 0) continue;
    messages_now_.clear();
    const bool was_open = sockets_[index].is_open();
    sockets_[index].Receive(lent_, messages_now_);
    if (!was_open && sockets_[index].is_open()) Greet(index);
    const std::uint64_t now = NowNanoseconds();
    for (const std::string_view message : messages_now_) {
      heard_.clear();
      words_.Read(message, heard_);
      for (const Heard& heard : heard_) OnHeard(index, heard, now);
    }
  }
}

void Load::OnHeard(std::size_t index, const Heard& heard, std::uint64_t now) {
  if (!heard.answer.empty()) sockets_[index].Say(heard.answer);
  if (heard.is_ready) {
    ++ready_;
    if (index >= members_.size()) return;
    ++rooms_[members_[index].room].readers;
    return;
  }
  if (heard.gap_from > 0) {
    Advance(index, heard.gap_from, heard.gap_to);
    in_gaps_ += heard.gap_to - heard.gap_from + 1;
  }
  if (heard.count == 0) return;
  Advance(index, heard.first, heard.first + heard.count - 1);
  ++messages_;
  last_delivery_at_ = now;
  if (!members_[index].reading || latencies_.size() >= kLatenciesMax) return;
  latencies_.push_back(static_cast<float>(now - std::min(now, heard.due_at)) / 1000);
}

void Load::Advance(std::size_t index, std::uint64_t first, std::uint64_t last) {
  if (index >= members_.size()) throw Failure("a delivery came to who is in no room");
  Member& member = members_[index];
  if (first != member.last + 1) {
    throw Failure("member " + std::to_string(index) + " got number " + std::to_string(first) +
                  " after " + std::to_string(member.last) +
                  (first > member.last ? ": deliveries are missing" : ": the order is broken"));
  }
  if (last > rooms_[member.room].published) {
    throw Failure("number " + std::to_string(last) + " was delivered and never published");
  }
  const std::uint64_t count = last - first + 1;
  member.last = last;
  deliveries_ += count;
  if (member.reading) owed_ -= count;
}

void Load::SetReading(std::size_t member, bool reading) {
  Member& who = members_[member];
  if (who.reading == reading) return;
  Room& room = rooms_[who.room];
  const std::uint64_t behind = room.published - who.last;
  who.reading = reading;
  room.readers += reading ? 1 : static_cast<std::uint64_t>(-1);
  owed_ += reading ? behind : ~behind + 1;
  sockets_[member].SetReading(reading);
}

void Load::MakePublication(std::size_t room, std::uint64_t due_at) {
  WriteMark(payload_, {++rooms_[room].published, due_at});
  if (shape_.talks) WriteTalk(payload_, kMarkBytes, rooms_[room].published);
  owed_ += rooms_[room].readers;
}

void Load::QueuePublication(std::size_t room, std::uint64_t due_at) {
  MakePublication(room, due_at);
  PublisherOf(room).Queue(words_.Publish(rooms_[room].name, payload_));
}

void Load::PublishBy(
    std::size_t room, std::uint64_t due_at,
    const std::function<void(const std::string& room, const std::string& payload)>& send) {
  MakePublication(room, due_at);
  send(rooms_[room].name, payload_);
}

ClientSocket& Load::PublisherOf(std::size_t room) {
  return sockets_[members_.size() + room % shape_.publishers];
}

void Load::Publish(std::size_t room, std::uint64_t due_at) {
  QueuePublication(room, due_at);
  PublisherOf(room).Flush();
}

void Load::Pace(double bursts, std::size_t burst, double seconds) {
  const std::uint64_t begin = NowNanoseconds();
  const auto count = static_cast<std::uint64_t>(bursts * seconds);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t due_at = begin + Nanoseconds(static_cast<double>(i) / bursts);
    while (NowNanoseconds() < due_at) Turn(due_at);
    for (std::size_t j = 0; j < burst; ++j) {
      QueuePublication(next_room_, due_at);
      next_room_ = (next_room_ + 1) % rooms_.size();
    }
    for (std::size_t j = members_.size(); j < sockets_.size(); ++j) sockets_[j].Flush();
  }
  Settle();
}

std::uint64_t Load::OwedToSlowest() const {
  std::uint64_t most = 0;
  for (const Member& member : members_) {
    if (member.room == 0) most = std::max(most, rooms_[0].published - member.last);
  }
  return most;
}

double Load::Saturate(std::size_t window, double seconds, std::size_t slowest_max) {
  const std::uint64_t begin = NowNanoseconds();
  const std::uint64_t end = begin + Nanoseconds(seconds);
  const std::uint64_t readers = rooms_[0].readers;
  // A few at a time: one write for each publication would be the publisher's limit, not the hub's.
  const std::size_t enough = std::max<std::size_t>(window / 8, 1);
  std::uint64_t heard_at = begin;
  std::uint64_t heard = deliveries_;
  for (std::uint64_t now = begin; now < end; now = NowNanoseconds()) {
    const std::uint64_t outstanding = (owed_ + readers - 1) / readers;
    const bool is_room = outstanding + enough <= window;
    if (is_room && OwedToSlowest() + window - outstanding <= slowest_max) {
      for (std::size_t i = 0; i < window - outstanding; ++i) QueuePublication(0, now);
      PublisherOf(0).Flush();
    }
    Turn(end);
    if (deliveries_ != heard) heard = deliveries_, heard_at = now;
    if (now > heard_at + Nanoseconds(kPatienceSeconds)) break;
  }
  Settle();
  return static_cast<double>(last_delivery_at_ - begin) / 1e9;
}

void Load::Settle() {
  const std::uint64_t give_up_at = NowNanoseconds() + Nanoseconds(kPatienceSeconds);
  while (owed_ > 0) {
    if (NowNanoseconds() >= give_up_at) {
      throw Failure(std::to_string(owed_) + " deliveries are missing after " +
                    std::to_string(kPatienceSeconds) + " s");
    }
    Turn(give_up_at);
  }
}

void Load::Idle(double seconds) {
  const std::uint64_t until = NowNanoseconds() + Nanoseconds(seconds);
  while (NowNanoseconds() < until) Turn(until);
}

std::vector<float> Load::TakeLatencies() { return std::exchange(latencies_, {}); }

std::uint64_t Load::bytes() const {
  return std::accumulate(
      sockets_.begin(), sockets_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const ClientSocket& socket) { return sum + socket.bytes_in(); });
}

}  // namespace roomcast::bench
