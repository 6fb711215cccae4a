#ifndef ROOMCAST_SERVER_NET_MAIL_QUEUE_H_
#define ROOMCAST_SERVER_NET_MAIL_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <utility>

namespace roomcast::net {

// Many writers, one reader, no lock: Dmitry Vyukov's queue of linked nodes. Bounded by count and by
// bytes. An empty queue holds one node, whatever its bounds, so a quiet hub pays nothing for a
// large one. What one writer posts is taken in the order of posting.
//
// The reader sleeps somewhere else (on an event). A writer is told when to wake it: once per time
// that the reader began to look, however many letters come.
template <class Letter>
class MailQueue {
 public:
  struct Bounds {
    std::size_t letters = 0;
    std::size_t bytes = 0;
  };
  enum class Posted {
    kFull,    // nothing was taken
    kQueued,  // the reader has been woken already
    kWakeUp,  // the reader has to be woken by this writer
  };

  explicit MailQueue(const Bounds& bounds) : bounds_(bounds) {
    Node* first = new Node;
    newest_.store(first, std::memory_order_relaxed);
    taken_ = first;
  }
  MailQueue(const MailQueue&) = delete;
  MailQueue& operator=(const MailQueue&) = delete;
  // No writer may be left.
  ~MailQueue() {
    while (taken_ != nullptr) {
      Node* next = taken_->next.load(std::memory_order_acquire);
      delete taken_;
      taken_ = next;
    }
  }

  // Any thread. `bytes` is what the letter holds besides itself. A letter larger than the bound is
  // taken by an empty queue.
  [[nodiscard]] Posted Post(Letter& letter, std::size_t bytes) {
    if (!Reserve(bytes)) return Posted::kFull;
    Node* node = new Node;
    node->letter = std::move(letter);
    node->bytes = bytes;
    Node* before = newest_.exchange(node, std::memory_order_acq_rel);
    // Between these two lines the reader does not see past `before`; it is woken after them.
    before->next.store(node, std::memory_order_release);
    return woken_.exchange(true, std::memory_order_acq_rel) ? Posted::kQueued : Posted::kWakeUp;
  }

  // The reader's thread. Call it when woken, before Take(): what is posted from here on wakes
  // again.
  void BeginLooking() { woken_.exchange(false, std::memory_order_acq_rel); }

  // The reader's thread. False: there is none (or its writer is not through; that one wakes again).
  [[nodiscard]] bool Take(Letter& letter) {
    Node* next = taken_->next.load(std::memory_order_acquire);
    if (next == nullptr) return false;
    letter = std::move(next->letter);
    next->letter = Letter();
    letters_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(next->bytes, std::memory_order_relaxed);
    delete std::exchange(taken_, next);
    return true;
  }

  // About how many wait. Any thread.
  [[nodiscard]] std::size_t size() const { return letters_.load(std::memory_order_relaxed); }

 private:
  struct Node {
    std::atomic<Node*> next{nullptr};
    Letter letter{};
    std::size_t bytes = 0;
  };

  bool Reserve(std::size_t bytes) {
    if (letters_.fetch_add(1, std::memory_order_relaxed) >= bounds_.letters) {
      letters_.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
    const std::size_t before = bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (before > 0 && before + bytes > bounds_.bytes) {
      letters_.fetch_sub(1, std::memory_order_relaxed);
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
    return true;
  }

  const Bounds bounds_;
  // Writers and reader do not share a cache line more than they must.
  alignas(64) std::atomic<Node*> newest_;
  std::atomic<std::size_t> letters_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> woken_{false};
  // The node taken last; its `next` is the oldest that waits.
  alignas(64) Node* taken_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_MAIL_QUEUE_H_
