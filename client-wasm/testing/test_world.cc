#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "client-wasm/testing/test_hub.h"
#include "client-wasm/testing/test_transport.h"
#include "proto/protocol/random.h"
#include "roomcast/testing.h"

namespace roomcast::testing {
namespace {

constexpr std::int64_t kMonotonicBegins = 3'600'000'000;
constexpr std::int64_t kWallBegins = 1'700'000'000'000'000;

hub::ConnectionId IdOf(std::uint32_t link) { return hub::MakeConnectionId(link, 1); }

}  // namespace

class TestWorld::Impl : public TestNetwork, public HubWires {
 public:
  explicit Impl(const Options& options)
      : namespaces_(options.namespaces), random_(options.seed), hub_(MakeHub()) {}

  Transport& AddTransport() {
    return *transports_.emplace_back(std::make_unique<TestTransport>(*this));
  }

  void Advance(std::int64_t us) {
    const std::int64_t end = now_us_ + us;
    while (RunFirst(end)) {
    }
    now_us_ = end;
  }

  void SetDelay(std::int64_t least, std::int64_t most) {
    delay_least_us_ = std::max<std::int64_t>(least, 0);
    delay_most_us_ = std::max(delay_least_us_, most);
  }
  void Lose(std::size_t messages) { to_lose_ += messages; }
  void SetSilent(bool silent) { silent_ = silent; }
  void SetReachable(bool reachable) { reachable_ = reachable; }
  void MoveWallClock(std::int64_t us) { wall_ahead_us_ += us; }

  void Cut(const Transport* of) {
    for (auto& [id, link] : links_) {
      if (of != nullptr && link.client != of) continue;
      // Whatever was on its way arrives nowhere.
      ++link.cut;
      link.up_us = link.down_us = now_us_;
      Plan(now_us_, id, Step::kHubHearsEnd, {}, 1006);
      Plan(now_us_, id, Step::kClientHearsEnd, {}, 1006);
    }
  }

  bool Publish(std::string_view room, const OutgoingMessage& message) {
    hub::PublishToRoom publish;
    publish.origin.from = hub::BridgeCall{1};
    publish.room = room;
    publish.type = message.type;
    publish.encoding = static_cast<Encoding>(message.encoding);
    publish.data = message.data;
    publish.key = message.key;
    Tell([&] { hub_->OnMail(std::move(publish), ReadNow()); });
    return !hub_->refused();
  }

  void BringIn(std::string_view user, std::string_view room) {
    hub::JoinUser order{hub::BridgeCall{2}, std::string(user), {std::string(room), {}}, false};
    Tell([&] { hub_->OnMail(hub::UserMail(std::move(order)), ReadNow()); });
  }

  void RestartHub() {
    for (auto& [id, link] : links_) {
      ++link.cut;
      link.hub_knows = false;
      Plan(now_us_, id, Step::kClientHearsEnd, {}, 1006);
    }
    hub_ = MakeHub();
  }

  const TestHub& hub() const { return *hub_; }

  // TestNetwork
  void Open(TestTransport& from, std::uint32_t generation) override {
    const std::uint32_t id = ++last_link_;
    links_[id] = Link{&from, generation};
    if (reachable_) return Carry(id, Step::kHubHearsOpen, {}, 0);
    Plan(now_us_ + Delay(), id, Step::kClientHearsEnd, {}, 1006);
  }
  void Send(TestTransport& from, std::uint32_t generation, std::string_view bytes) override {
    const auto link = Find(from, generation);
    if (link != links_.end()) Carry(link->first, Step::kHubHears, bytes, 0);
  }
  void Close(TestTransport& from, std::uint32_t generation, std::uint16_t code) override {
    const auto link = Find(from, generation);
    if (link == links_.end()) return;
    link->second.client = nullptr;
    Carry(link->first, Step::kHubHearsEnd, {}, code);
  }
  Transport::Clocks ReadClocks() const override {
    return {now_us_, kWallBegins + now_us_ - kMonotonicBegins + wall_ahead_us_};
  }
  void FillRandom(char* out, std::size_t bytes) override {
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(random_.Next());
  }

  // HubWires
  void ToClient(hub::ConnectionId connection, std::string_view message) override {
    Carry(hub::IndexOf(connection), Step::kClientHears, message, 0);
  }
  void EndClient(hub::ConnectionId connection, std::uint16_t code,
                 std::string_view reason) override {
    const auto link = links_.find(hub::IndexOf(connection));
    if (link == links_.end()) return;
    link->second.hub_knows = false;
    Carry(link->first, Step::kClientHearsEnd, reason, code);
  }
  void SetReading(hub::ConnectionId connection, bool reading) override {
    const auto link = links_.find(hub::IndexOf(connection));
    if (link != links_.end()) link->second.reading = reading;
  }

 private:
  enum class Step {
    kHubHearsOpen,
    kClientHearsOpen,
    kHubHears,
    kClientHears,
    kHubHearsEnd,
    kClientHearsEnd
  };
  // A connection, from the client's wish to its end at both ends.
  struct Link {
    TestTransport* client = nullptr;  // nullptr: it has let go
    std::uint32_t generation = 0;
    bool hub_knows = false;
    bool reading = true;
    std::deque<std::string> held;  // not read yet
    // No message arrives before the one that was sent before it.
    std::int64_t up_us = 0;
    std::int64_t down_us = 0;
    std::uint32_t cut = 0;  // what was planned before is void
  };
  struct Due {
    std::uint32_t link = 0;
    std::uint32_t cut = 0;
    Step step{};
    std::string bytes;
    std::uint16_t code = 0;
  };

  std::unique_ptr<TestHub> MakeHub() {
    return std::make_unique<TestHub>(random_.Next(), namespaces_, *this);
  }

  Now ReadNow() const {
    const Transport::Clocks clocks = ReadClocks();
    return {InstantFromMicroseconds(clocks.monotonic_us), static_cast<WallTime>(clocks.wall_us)};
  }

  std::map<std::uint32_t, Link>::iterator Find(const TestTransport& from,
                                               std::uint32_t generation) {
    return std::find_if(links_.begin(), links_.end(), [&](const auto& entry) {
      return entry.second.client == &from && entry.second.generation == generation;
    });
  }

  std::int64_t Delay() {
    const auto span = static_cast<std::uint64_t>(delay_most_us_ - delay_least_us_);
    return delay_least_us_ + static_cast<std::int64_t>(random_.Below(span + 1));
  }

  void Plan(std::int64_t at, std::uint32_t id, Step step, std::string_view bytes,
            std::uint16_t code) {
    due_.emplace(std::pair(at, ++planned_),
                 Due{id, links_[id].cut, step, std::string(bytes), code});
  }

  // Over the network, behind what goes the same way.
  void Carry(std::uint32_t id, Step step, std::string_view bytes, std::uint16_t code) {
    const auto found = links_.find(id);
    if (found == links_.end() || silent_) return;
    const bool is_message = step == Step::kHubHears || step == Step::kClientHears;
    if (is_message && to_lose_ > 0) {
      --to_lose_;
      return;
    }
    const bool down = step == Step::kClientHears || step == Step::kClientHearsEnd ||
                      step == Step::kClientHearsOpen;
    std::int64_t& last = down ? found->second.down_us : found->second.up_us;
    last = std::max(last, now_us_ + Delay());
    Plan(last, id, step, bytes, code);
  }

  // The first thing that is due by `end`. False: there is none.
  bool RunFirst(std::int64_t end) {
    TestTransport* timer = nullptr;
    for (const auto& transport : transports_) {
      if (transport->timer_us() == Transport::kNoTimer) continue;
      if (timer == nullptr || transport->timer_us() < timer->timer_us()) timer = transport.get();
    }
    const std::int64_t message_at = due_.empty() ? INT64_MAX : due_.begin()->first.first;
    const std::int64_t timer_at = timer == nullptr ? INT64_MAX : timer->timer_us();
    const std::int64_t hub_at = Microseconds(hub_->NextDeadline());
    const std::int64_t first = std::min({message_at, timer_at, hub_at});
    if (first > end) return false;
    now_us_ = std::max(now_us_, first);
    if (first == message_at) {
      RunMessage();
    } else if (first == timer_at) {
      timer->FireTimer();
    } else {
      Tell([&] { hub_->OnTime(ReadNow()); });
    }
    return true;
  }

  void RunMessage() {
    const Due due = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    const auto found = links_.find(due.link);
    if (found == links_.end() || found->second.cut != due.cut) return;
    Link& link = found->second;
    switch (due.step) {
      case Step::kHubHearsOpen:
        link.hub_knows = true;
        Tell([&] { hub_->OnOpen(IdOf(due.link), ReadNow()); });
        return Carry(due.link, Step::kClientHearsOpen, {}, 0);
      case Step::kHubHears:
        link.held.push_back(due.bytes);
        return ReadOn();
      case Step::kHubHearsEnd:
        if (std::exchange(link.hub_knows, false)) {
          Tell([&] { hub_->OnClosed(IdOf(due.link), due.code, ReadNow()); });
        }
        return Forget(due.link);
      default:
        return TellClient(due, link);
    }
  }

  void TellClient(const Due& due, Link& link) {
    Transport::Listener* listener = link.client == nullptr ? nullptr : link.client->listener();
    const std::uint32_t generation = link.generation;
    if (due.step == Step::kClientHearsEnd) {
      link.client = nullptr;
      // A closed connection is closed at both ends.
      if (link.hub_knows) Carry(due.link, Step::kHubHearsEnd, {}, due.code);
      Forget(due.link);
    }
    if (listener == nullptr) return;
    if (due.step == Step::kClientHearsOpen) listener->OnOpen(generation);
    if (due.step == Step::kClientHears) listener->OnMessage(generation, due.bytes);
    if (due.step == Step::kClientHearsEnd) listener->OnClosed(generation, due.code, due.bytes);
  }

  // Nobody knows of it any more.
  void Forget(std::uint32_t id) {
    const auto link = links_.find(id);
    if (link != links_.end() && link->second.client == nullptr && !link->second.hub_knows) {
      links_.erase(link);
    }
  }

  // An input of the hub; what it reads on after it comes at once.
  template <class Input>
  void Tell(Input input) {
    input();
    ReadOn();
  }

  void ReadOn() {
    for (bool read = true; read;) {
      read = false;
      for (auto& [id, link] : links_) {
        if (!link.hub_knows || !link.reading || link.held.empty()) continue;
        const std::string message = std::move(link.held.front());
        link.held.pop_front();
        hub_->OnMessage(IdOf(id), message, ReadNow());
        read = true;
      }
    }
  }

  const std::vector<std::string> namespaces_;
  Random random_;
  std::int64_t now_us_ = kMonotonicBegins;
  std::int64_t wall_ahead_us_ = 0;
  std::int64_t delay_least_us_ = 1000;
  std::int64_t delay_most_us_ = 1000;
  std::size_t to_lose_ = 0;
  bool silent_ = false;
  bool reachable_ = true;
  std::vector<std::unique_ptr<TestTransport>> transports_;
  std::map<std::uint32_t, Link> links_;
  std::uint32_t last_link_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, Due> due_;
  std::uint64_t planned_ = 0;
  std::unique_ptr<TestHub> hub_;
};

TestWorld::TestWorld() : TestWorld(Options{}) {}
TestWorld::TestWorld(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
TestWorld::~TestWorld() = default;

Transport& TestWorld::AddTransport() { return impl_->AddTransport(); }
void TestWorld::Advance(Time time) { impl_->Advance(std::max<std::int64_t>(time.count(), 0)); }
Transport::Clocks TestWorld::Read() const { return impl_->ReadClocks(); }
void TestWorld::MoveWallClock(Time by) { impl_->MoveWallClock(by.count()); }
void TestWorld::SetDelay(Time least, Time most) { impl_->SetDelay(least.count(), most.count()); }
void TestWorld::LoseNext(std::size_t messages) { impl_->Lose(messages); }
void TestWorld::SetSilent(bool silent) { impl_->SetSilent(silent); }
void TestWorld::SetReachable(bool reachable) { impl_->SetReachable(reachable); }
void TestWorld::Cut() { impl_->Cut(nullptr); }
void TestWorld::Cut(const Transport& of) { impl_->Cut(&of); }
bool TestWorld::Push(std::string_view room, const OutgoingMessage& message) {
  return impl_->Publish(room, message);
}
void TestWorld::BringIn(std::string_view user, std::string_view room) {
  impl_->BringIn(user, room);
}
void TestWorld::RestartHub() { impl_->RestartHub(); }
std::size_t TestWorld::sessions() const { return impl_->hub().counts().sessions; }
std::size_t TestWorld::members() const { return impl_->hub().counts().members; }

}  // namespace roomcast::testing
