#include "server/net/watch_line.h"

#include <algorithm>
#include <utility>

namespace roomcast::net {
namespace {

bridge::WatchBytes ToWatchBytes(hub::SharedBytes piece) {
  auto* owner = new hub::SharedBytes(std::move(piece));
  return {owner->payload(), owner, [](void* held) { delete static_cast<hub::SharedBytes*>(held); }};
}

}  // namespace

bool WatchLine::Ask(bridge::WatchOrder order) {
  bool goes_on = true;
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
    goes_on = orders_.size() < kOrdersMax;
    held_back_ = !goes_on;
  }
  ring_(*this);
  return goes_on;
}

WatchLine::Taken WatchLine::Take() {
  std::vector<hub::SharedBytes> pieces;
  Taken taken;
  bool rings = false;
  {
    const std::lock_guard lock(mutex_);
    pieces = std::exchange(handed_, {});
    handed_bytes_ = 0;
    rings = std::exchange(wants_more_, false);
    taken.asks_again = std::exchange(asks_again_, false);
    taken.end = end_;
  }
  if (rings) ring_(*this);
  taken.pieces.reserve(pieces.size());
  for (hub::SharedBytes& piece : pieces) taken.pieces.push_back(ToWatchBytes(std::move(piece)));
  return taken;
}

void WatchLine::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    handed_.clear();
  }
  ring_(*this);
}

WatchLine::Heard WatchLine::Hear() {
  rung_.store(false, std::memory_order_release);
  Heard heard;
  bool tells = false;
  {
    const std::lock_guard lock(mutex_);
    heard.orders = std::exchange(orders_, {});
    heard.closed = closed_;
    tells = std::exchange(held_back_, false);
    asks_again_ = asks_again_ || tells;
  }
  if (tells) TellListener();
  return heard;
}

std::size_t WatchLine::Room(bool wants_more) {
  const std::lock_guard lock(mutex_);
  const std::size_t room = kHandedBytesMax - std::min(handed_bytes_, kHandedBytesMax);
  wants_more_ = wants_more && room == 0;
  return room;
}

void WatchLine::HandOver(std::vector<hub::SharedBytes> pieces, std::size_t bytes) {
  bool tells = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    tells = handed_.empty();
    handed_bytes_ += bytes;
    if (tells) {
      handed_ = std::move(pieces);
    } else {
      handed_.insert(handed_.end(), std::make_move_iterator(pieces.begin()),
                     std::make_move_iterator(pieces.end()));
    }
  }
  if (tells) TellListener();
}

void WatchLine::End(bridge::HubError why) {
  {
    const std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = std::move(why);
  }
  TellListener();
}

void WatchLine::Cut(bridge::HubError why) {
  End(std::move(why));
  if (const auto listener = listener_.lock()) listener->OnWatchCut();
}

void WatchLine::TellListener() {
  if (const auto listener = listener_.lock()) listener->OnWatchReady();
}

}  // namespace roomcast::net
