#include "server/net/send_ring.h"

#include <liburing.h>

#include <cerrno>
#include <utility>

namespace roomcast::net {

struct SendRing::Ring {
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() {
    if (is_there) io_uring_queue_exit(&queues);
  }
  bool Begin(unsigned flags) {
    is_there = io_uring_queue_init(kSendsMax, &queues, flags) == 0;
    return is_there;
  }

  io_uring queues{};
  bool is_there = false;
};

SendRing::SendRing() = default;
SendRing::~SendRing() = default;

bool SendRing::IsThere() {
  if (std::exchange(tried_, true)) return ring_ != nullptr;
  ring_ = std::make_unique<Ring>();
  // Completions are looked for by the one thread that submits, and nobody interrupts it for them;
  // a kernel before 6.1 does not know how.
  if (!ring_->Begin(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) && !ring_->Begin(0)) {
    ring_.reset();
  }
  return ring_ != nullptr;
}

void SendRing::Add(int socket, std::size_t pieces) {
  Send& send = sends_[count_];
  std::size_t offered = 0;
  for (std::size_t i = 0; i < pieces; ++i) offered += send.pieces[i].iov_len;
  done_[count_] = {offered, -EAGAIN};
  // There is one: the ring has kSendsMax, and a run takes all.
  io_uring_sqe* entry = io_uring_get_sqe(&ring_->queues);
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (pieces == 1) {
    io_uring_prep_send(entry, socket, send.pieces[0].iov_base, send.pieces[0].iov_len, kFlags);
  } else {
    send.message = {};
    send.message.msg_iov = send.pieces.data();
    send.message.msg_iovlen = pieces;
    io_uring_prep_sendmsg(entry, socket, &send.message, kFlags);
  }
  io_uring_sqe_set_data64(entry, count_);
  ++count_;
}

std::span<const SendRing::Done> SendRing::Run() {
  const std::size_t count = std::exchange(count_, 0);
  auto open = static_cast<unsigned>(count);
  while (open > 0) {
    const int submitted = io_uring_submit_and_wait(&ring_->queues, open);
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_cqe* one = nullptr;
    io_uring_for_each_cqe(&ring_->queues, head, one) {
      done_[io_uring_cqe_get_data64(one)].result = one->res;
      ++seen;
    }
    io_uring_cq_advance(&ring_->queues, seen);
    open -= seen;
    if (submitted < 0 && submitted != -EINTR) {
      // What the ring still holds must not be sent later.
      ring_.reset();
      break;
    }
  }
  return std::span(done_).first(count);
}

}  // namespace roomcast::net
