#ifndef ROOMCAST_SERVER_HUB_COURIER_H_
#define ROOMCAST_SERVER_HUB_COURIER_H_

#include <deque>
#include <vector>

#include "server/hub/events.h"
#include "server/hub/mail.h"

namespace roomcast::hub {

// Carries mail from this shard: what is for itself waits here until the sentence ends, the rest
// goes to the post office. Nothing is dropped silently: what must arrive (answers, leaves) waits in
// order for room in a full mailbox; what can be made up for (batches, questions) is refused to the
// sender.
class Courier {
 public:
  Courier(ShardId self, std::size_t shards, PostOffice& post_office, Events& events)
      : self_(self), post_office_(post_office), events_(events), backlogs_(shards) {}

  // Arrives, sooner or later, in order. Bounded by the questions it answers.
  void Send(ShardId to, Mail mail);
  // False: the mailbox is full, or older mail waits for it; nothing was taken.
  [[nodiscard]] bool TrySend(ShardId to, Mail mail);

  // The next mail for this shard itself.
  bool TakeOwn(Mail& mail);
  [[nodiscard]] bool HasOwn() const { return !own_.empty(); }
  // Tries what waits once more. True: some still waits.
  bool Flush();
  [[nodiscard]] bool IsBacklogged(ShardId to) const {
    return !backlogs_[static_cast<std::size_t>(to)].empty();
  }

 private:
  ShardId self_;
  PostOffice& post_office_;
  Events& events_;
  std::deque<Mail> own_;
  std::vector<std::deque<Mail>> backlogs_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_COURIER_H_
