#ifndef ROOMCAST_SERVER_NET_MAILBOX_H_
#define ROOMCAST_SERVER_NET_MAILBOX_H_

#include <vector>

#include "server/hub/mail.h"
#include "server/net/file_descriptor.h"
#include "server/net/letter.h"
#include "server/net/mail_queue.h"

namespace roomcast::net {

// The only door of a shard for other threads: a bounded queue, and an eventfd that its loop waits
// on.
class Mailbox {
 public:
  using Bounds = MailQueue<Letter>::Bounds;

  // Stops the process if the system has no eventfd left: it is made once, at start.
  explicit Mailbox(const Bounds& bounds);

  // Whose mailbox it is.
  class Reader {
   public:
    // Any thread. Takes what is in the mailbox here and now, where the reader sleeps; else it will
    // be taken soon. What goes wrong here ends the process, as it does on the reader's thread.
    virtual void Visit() noexcept = 0;

   protected:
    ~Reader() = default;
  };

  // Any thread. False: full, and the letter is as it was.
  [[nodiscard]] bool Post(Letter& letter);
  // The same for who waits for the answer: a reader that sleeps need not wake up for it.
  [[nodiscard]] bool PostAndVisit(Letter& letter);
  // Any thread: the loop makes a turn, also without a letter.
  void WakeUp();

  // Before the first letter that is posted with a visit; the reader is there as long as these are.
  void SetReader(Reader& reader) { reader_ = &reader; }

  // The rest is for the reader, on one thread at a time.
  [[nodiscard]] int event() const { return event_.get(); }
  // The event is readable: call this, then Take() until it says false.
  void OnEvent();
  // The same for who comes without an event.
  void BeginLooking() { queue_.BeginLooking(); }
  [[nodiscard]] bool Take(Letter& letter) { return queue_.Take(letter); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

 private:
  MailQueue<Letter> queue_;
  FileDescriptor event_;
  Reader* reader_ = nullptr;
};

// All shards' mailboxes, as the hub sees them. Any thread.
class PostOffice : public hub::PostOffice {
 public:
  // By shard; they outlive this.
  explicit PostOffice(std::vector<Mailbox*> mailboxes) : mailboxes_(std::move(mailboxes)) {}

  bool Post(hub::ShardId to, hub::Mail& mail) override;
  bool Post(hub::ShardId to, Letter& letter);
  // See Mailbox.
  bool PostAndVisit(hub::ShardId to, Letter& letter);
  [[nodiscard]] std::size_t shards() const { return mailboxes_.size(); }

 private:
  std::vector<Mailbox*> mailboxes_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_MAILBOX_H_
