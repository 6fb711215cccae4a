#include "tests/bridge/memory_gateway.h"

#include <utility>

namespace roomcast::bridge {

void MemoryGateway::Publish(PublishCommand command, Done<PublishOutcome> done) {
  std::unique_lock<std::mutex> lock(mutex_);
  Answer<PublishOutcome> answer = Take(command);
  publishes_.push_back(std::move(command));
  arrived_.notify_all();
  if (held_.has_value()) {
    held_->push_back({std::move(answer), std::move(done)});
    return;
  }
  lock.unlock();
  std::move(done)(std::move(answer));
}

void MemoryGateway::GetInfo(Deadline /*not_after*/, Done<HubInfo> done) {
  HubInfo info;
  info.instance = "instance-1";
  info.node = "test-node";
  info.version = "0.1.0";
  info.uptime_ms = 61'000;
  info.now_at = 1'700'000'000'000'000;
  info.shards = 2;
  info.connections = 3;
  info.sessions = 5;
  info.parked_sessions = 2;
  info.users = 4;
  info.rooms = 6;
  info.publications = 7;
  info.development = true;
  std::move(done)(std::move(info));
}

void MemoryGateway::RefuseRoom(const std::string& room, HubError error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  refused_[room] = std::move(error);
}

void MemoryGateway::Hold() {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_.emplace();
}

void MemoryGateway::Release() {
  std::vector<Held> held;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (held_.has_value()) held = std::move(*held_);
    held_.reset();
  }
  for (auto last = held.rbegin(); last != held.rend(); ++last) {
    std::move(last->done)(std::move(last->answer));
  }
}

void MemoryGateway::WaitForPublishes(std::size_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  arrived_.wait(lock, [&] { return publishes_.size() >= count; });
}

std::vector<PublishCommand> MemoryGateway::publishes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return publishes_;
}

Answer<PublishOutcome> MemoryGateway::Take(const PublishCommand& command) {
  const auto refused = refused_.find(command.room);
  if (refused != refused_.end()) return refused->second;
  return PublishOutcome{{.epoch = 77, .offset = ++offsets_[command.room]}, false};
}

}  // namespace roomcast::bridge
