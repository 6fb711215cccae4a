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

  // Any thread. False: full, and the letter is as it was.
  [[nodiscard]] bool Post(Letter& letter);
  // Any thread: the loop makes a turn, also without a letter.
  void WakeUp();

  // The rest is for the shard's thread.
  [[nodiscard]] int event() const { return event_.get(); }
  // The event is readable: call this, then Take() until it says false.
  void OnEvent();
  [[nodiscard]] bool Take(Letter& letter) { return queue_.Take(letter); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

 private:
  MailQueue<Letter> queue_;
  FileDescriptor event_;
};

// All shards' mailboxes, as the hub sees them. Any thread.
class PostOffice : public hub::PostOffice {
 public:
  // By shard; they outlive this.
  explicit PostOffice(std::vector<Mailbox*> mailboxes) : mailboxes_(std::move(mailboxes)) {}

  bool Post(hub::ShardId to, hub::Mail& mail) override;
  bool Post(hub::ShardId to, Letter& letter);
  [[nodiscard]] std::size_t shards() const { return mailboxes_.size(); }

 private:
  std::vector<Mailbox*> mailboxes_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_MAILBOX_H_
