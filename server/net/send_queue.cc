#include "server/net/send_queue.h"

#include <algorithm>
#include <utility>

namespace roomcast::net {
namespace {

std::uint32_t CostOf(const hub::SharedBytes& bytes) {
  return static_cast<std::uint32_t>(bytes.size() + SendQueue::kMessageOverheadBytes);
}

iovec PieceOf(const hub::SharedBytes& bytes, std::size_t from) {
  const std::string_view framed = bytes.framed().substr(from);
  // sendmsg() wants a pointer that could be written through, and does not write.
  return {const_cast<char*>(framed.data()), framed.size()};
}

}  // namespace

void SendQueue::Row::PushFront(hub::SharedBytes bytes) {
  if (begin > 0) {
    messages[--begin] = std::move(bytes);
  } else {
    messages.insert(messages.begin(), std::move(bytes));
  }
}

hub::SharedBytes SendQueue::Row::PopFront() {
  hub::SharedBytes front = std::move(messages[begin++]);
  if (empty()) {
    messages.clear();
    begin = 0;
  }
  return front;
}

SendQueue::Fill SendQueue::Push(hub::SharedBytes bytes, Lane lane, const Limits& limits) {
  const std::size_t reserve = lane == Lane::kFast ? 0 : kFastReserveBytes;
  if (bytes_ + CostOf(bytes) + reserve > limits.hard) {
    // Who was refused waits to hear when there is room.
    over_soft_ = !empty();
    return Fill::kOverHard;
  }
  PushRegardless(std::move(bytes), lane);
  if (bytes_ <= limits.soft) return Fill::kFine;
  over_soft_ = true;
  return Fill::kOverSoft;
}

void SendQueue::PushRegardless(hub::SharedBytes bytes, Lane lane) {
  Insert(std::move(bytes), lane == Lane::kFast ? Kind::kFast : Kind::kOrdered);
}

void SendQueue::PushPong(hub::SharedBytes bytes) { Insert(std::move(bytes), Kind::kPong); }

void SendQueue::Insert(hub::SharedBytes bytes, Kind kind) {
  bytes_ += CostOf(bytes);
  if (empty()) {
    first_ = std::move(bytes);
    first_kind_ = kind;
    return;
  }
  const bool started = first_written_ > 0;
  if (!started && kind == Kind::kPong && first_kind_ == Kind::kPong) {
    bytes_ -= CostOf(first_);
    first_ = std::move(bytes);
    return;
  }
  if (!started && kind != Kind::kOrdered && first_kind_ == Kind::kOrdered) {
    rest().ordered.PushFront(std::exchange(first_, std::move(bytes)));
    first_kind_ = kind;
    return;
  }
  switch (kind) {
    case Kind::kPong:
      if (rest().pong) bytes_ -= CostOf(rest().pong);
      rest().pong = std::move(bytes);
      return;
    case Kind::kFast:
      rest().fast.messages.push_back(std::move(bytes));
      return;
    case Kind::kOrdered:
      rest().ordered.messages.push_back(std::move(bytes));
      return;
  }
}

SendQueue::Rest& SendQueue::rest() {
  if (!rest_) rest_ = std::make_unique<Rest>();
  return *rest_;
}

std::size_t SendQueue::Gather(std::span<iovec> pieces) const {
  std::size_t count = 0;
  const auto add = [&](const hub::SharedBytes& bytes, std::size_t from) {
    if (!bytes || count == pieces.size()) return;
    pieces[count++] = PieceOf(bytes, from);
  };
  const auto add_row = [&](const Row& row) {
    for (std::size_t i = row.begin; i < row.messages.size() && count < pieces.size(); ++i) {
      add(row.messages[i], 0);
    }
  };
  add(first_, first_written_);
  if (!rest_) return count;
  add(rest_->pong, 0);
  add_row(rest_->fast);
  add_row(rest_->ordered);
  return count;
}

bool SendQueue::Consume(std::size_t written, const Limits& limits) {
  while (written > 0 && first_) {
    const std::size_t left = first_.size() - first_written_;
    if (written < left) {
      first_written_ += static_cast<std::uint32_t>(written);
      bytes_ -= static_cast<std::uint32_t>(written);
      break;
    }
    written -= left;
    bytes_ -= static_cast<std::uint32_t>(left + kMessageOverheadBytes);
    TakeNext();
  }
  if (!over_soft_ || bytes_ >= limits.soft / 2) return false;
  over_soft_ = false;
  return true;
}

void SendQueue::TakeNext() {
  first_ = {};
  first_written_ = 0;
  if (!rest_) return;
  if (rest_->pong) {
    first_ = std::exchange(rest_->pong, {});
    first_kind_ = Kind::kPong;
  } else if (!rest_->fast.empty()) {
    first_ = rest_->fast.PopFront();
    first_kind_ = Kind::kFast;
  } else if (!rest_->ordered.empty()) {
    first_ = rest_->ordered.PopFront();
    first_kind_ = Kind::kOrdered;
  }
  if (!rest_->pong && rest_->fast.empty() && rest_->ordered.empty()) rest_.reset();
}

void SendQueue::DropUnstarted() {
  rest_.reset();
  if (first_written_ == 0) first_ = {};
  bytes_ = first_ ? CostOf(first_) - first_written_ : 0;
}

}  // namespace roomcast::net
