#ifndef ROOMCAST_SERVER_NET_CENSUS_H_
#define ROOMCAST_SERVER_NET_CENSUS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"

namespace roomcast::net {

// What one shard has, or all of them together.
struct ShardCounts {
  std::uint64_t connections = 0;
  std::uint64_t sessions = 0;
  std::uint64_t rooms = 0;
  std::uint64_t publications = 0;
};

// A question to all shards at once. Each answers exactly once, on any thread; who answers last
// settles it. Nobody waits.
class Census {
 public:
  // `complete`: every shard could be asked.
  using Done = absl::AnyInvocable<void(const ShardCounts& sum, bool complete) &&>;

  Census(std::size_t shards, Done done) : missing_(shards), done_(std::move(done)) {}
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  void Answer(const ShardCounts& counts) {
    connections_.fetch_add(counts.connections, std::memory_order_relaxed);
    sessions_.fetch_add(counts.sessions, std::memory_order_relaxed);
    rooms_.fetch_add(counts.rooms, std::memory_order_relaxed);
    publications_.fetch_add(counts.publications, std::memory_order_relaxed);
    Arrive();
  }
  void CannotAnswer() {
    complete_.store(false, std::memory_order_relaxed);
    Arrive();
  }

 private:
  void Arrive() {
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    std::move(done_)(
        {connections_.load(std::memory_order_relaxed), sessions_.load(std::memory_order_relaxed),
         rooms_.load(std::memory_order_relaxed), publications_.load(std::memory_order_relaxed)},
        complete_.load(std::memory_order_relaxed));
  }

  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> sessions_{0};
  std::atomic<std::uint64_t> rooms_{0};
  std::atomic<std::uint64_t> publications_{0};
  std::atomic<bool> complete_{true};
  std::atomic<std::size_t> missing_;
  Done done_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_CENSUS_H_
