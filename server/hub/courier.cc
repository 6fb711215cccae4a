#include "server/hub/courier.h"

namespace roomcast::hub {

void Courier::Send(ShardId to, Mail mail) {
  if (to == self_) {
    own_.push_back(std::move(mail));
    return;
  }
  auto& backlog = backlogs_[static_cast<std::size_t>(to)];
  if (backlog.empty() && post_office_.Post(to, mail)) return;
  if (backlog.empty()) events_.OnMailboxFull();
  backlog.push_back(std::move(mail));
}

bool Courier::TrySend(ShardId to, Mail mail) {
  if (to == self_) {
    own_.push_back(std::move(mail));
    return true;
  }
  if (!IsBacklogged(to) && post_office_.Post(to, mail)) return true;
  events_.OnMailboxFull();
  return false;
}

bool Courier::TakeOwn(Mail& mail) {
  if (own_.empty()) return false;
  mail = std::move(own_.front());
  own_.pop_front();
  return true;
}

bool Courier::Flush() {
  bool waits = false;
  for (std::size_t shard = 0; shard < backlogs_.size(); ++shard) {
    auto& backlog = backlogs_[shard];
    while (!backlog.empty() && post_office_.Post(static_cast<ShardId>(shard), backlog.front())) {
      backlog.pop_front();
    }
    waits = waits || !backlog.empty();
  }
  return waits;
}

}  // namespace roomcast::hub
