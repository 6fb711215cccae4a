// Who publishes over PublishStream, for longer than one stream: what became of its items is known
// when it comes back.
#ifndef ROOMCAST_BRIDGE_STREAM_PRODUCER_H_
#define ROOMCAST_BRIDGE_STREAM_PRODUCER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bridge/item_ledger.h"
#include "bridge/stream_gateway.h"

namespace roomcast::bridge {

// Thread-safe.
class StreamProducer final : public ItemSink, public std::enable_shared_from_this<StreamProducer> {
 public:
  // The stream that reads what becomes of items. Called without the producer's lock.
  class Reader {
   public:
    virtual ~Reader() = default;
    virtual void OnAcks(std::vector<ItemOutcome> acks) = 0;
    // Another stream of the same producer has begun.
    virtual void OnTakenOver() = 0;
  };

  StreamProducer(const StreamProducerId& id, std::optional<ItemLedger> ledger)
      : id_(id), ledger_(std::move(ledger)) {}

  // From now on this one reads; who did before is told. Answers up to which number every item is
  // settled.
  std::uint64_t BeginStream(std::weak_ptr<Reader> reader);

  // Of one item that this stream has just been sent. One that another has taken over from hears no
  // more of its items: the producer says them again. nullopt: it is new, and to be published or
  // refused (OnOutcomes). An outcome without an answer: it is under way already.
  struct Known {
    std::optional<Answer<PublishOutcome>> answer;
  };
  [[nodiscard]] std::optional<Known> Take(std::uint64_t number, const Reader& stream);

  void OnOutcomes(std::vector<ItemOutcome> outcomes) override;
  [[nodiscard]] const StreamProducerId& id() const { return id_; }

 private:
  const StreamProducerId id_;
  mutable std::mutex mutex_;
  std::optional<ItemLedger> ledger_;  // none: the producer is nameless, and nothing is known again
  std::weak_ptr<Reader> reader_;
};

// The producers that have a stream, or had one within the dedupe window. Bounded: the longest
// without a stream are forgotten first. Thread-safe.
class StreamProducers {
 public:
  using Clock = std::chrono::steady_clock;

  StreamProducers(std::size_t idle_max, std::size_t settled_kept, std::size_t span_max)
      : idle_max_(idle_max), settled_kept_(settled_kept), span_max_(span_max) {}

  // Of a stream that begins. `key` names the producer within all callers; empty: a nameless one,
  // which nobody finds again.
  std::shared_ptr<StreamProducer> Find(const std::string& key, const StreamProducerId& id,
                                       Clock::time_point now);
  // A stream of this producer, which was found, has ended.
  void OnStreamEnded(const std::string& key, Clock::time_point now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Idle {
    std::string key;
    Clock::time_point since;
  };
  struct Entry {
    std::shared_ptr<StreamProducer> producer;
    std::size_t streams = 0;         // that have found it and not ended
    std::list<Idle>::iterator idle;  // where it has none
  };
  // With the lock. What one call costs does not grow with the number of producers.
  void Forget(Clock::time_point now);

  const std::size_t idle_max_;
  const std::size_t settled_kept_;
  const std::size_t span_max_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> by_key_;
  std::list<Idle> idle_;  // the longest first
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_STREAM_PRODUCER_H_
