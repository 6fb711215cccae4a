#include "server/net/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace roomcast::net {

Mailbox::Mailbox(const Bounds& bounds)
    : queue_(bounds), event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!event_) {
    std::perror("roomcast: eventfd");
    std::abort();
  }
}

bool Mailbox::Post(Letter& letter) {
  switch (queue_.Post(letter, BytesOf(letter))) {
    case MailQueue<Letter>::Posted::kFull:
      return false;
    case MailQueue<Letter>::Posted::kWakeUp:
      WakeUp();
      return true;
    case MailQueue<Letter>::Posted::kQueued:
      return true;
  }
  std::abort();
}

bool Mailbox::PostAndVisit(Letter& letter) {
  if (reader_ == nullptr) return Post(letter);
  const auto posted = queue_.Post(letter, BytesOf(letter));
  if (posted == MailQueue<Letter>::Posted::kWakeUp) reader_->Visit();
  return posted != MailQueue<Letter>::Posted::kFull;
}

void Mailbox::WakeUp() {
  const std::uint64_t one = 1;
  // It fails only when 2^64 - 1 wake-ups wait; then the event is readable, and that is all we want.
  const ssize_t written = write(event_.get(), &one, sizeof(one));
  static_cast<void>(written);
}

void Mailbox::OnEvent() {
  std::uint64_t count = 0;
  // Nothing to read: somebody looked already.
  const ssize_t got = read(event_.get(), &count, sizeof(count));
  static_cast<void>(got);
  queue_.BeginLooking();
}

bool PostOffice::Post(hub::ShardId to, hub::Mail& mail) {
  Letter letter(std::in_place_type<hub::Mail>, std::move(mail));
  if (Post(to, letter)) return true;
  mail = std::move(std::get<hub::Mail>(letter));
  return false;
}

bool PostOffice::Post(hub::ShardId to, Letter& letter) {
  return mailboxes_[static_cast<std::size_t>(to)]->Post(letter);
}

bool PostOffice::PostAndVisit(hub::ShardId to, Letter& letter) {
  return mailboxes_[static_cast<std::size_t>(to)]->PostAndVisit(letter);
}

}  // namespace roomcast::net
