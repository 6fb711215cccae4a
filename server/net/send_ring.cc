#include "server/net/send_ring.h"

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace roomcast::net {
namespace {

// Memory that is shared with the kernel.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, std::size_t bytes, std::uint64_t offset)
      : bytes_(bytes),
        begin_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                    static_cast<off_t>(offset))) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (*this) munmap(begin_, bytes_);
  }
  explicit operator bool() const { return begin_ != MAP_FAILED; }
  template <class T>
  [[nodiscard]] T* At(std::uint32_t offset) const {
    return reinterpret_cast<T*>(static_cast<char*>(begin_) + offset);
  }

 private:
  std::size_t bytes_ = 0;
  void* begin_ = MAP_FAILED;
};

FileDescriptor Setup(io_uring_params& params) {
  // Completions are looked for by the one thread that submits, and nobody interrupts it for them.
  params = {};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  FileDescriptor fd(static_cast<int>(syscall(SYS_io_uring_setup, SendRing::kSendsMax, &params)));
  if (fd || errno != EINVAL) return fd;
  params = {};
  return FileDescriptor(
      static_cast<int>(syscall(SYS_io_uring_setup, SendRing::kSendsMax, &params)));
}

}  // namespace

// The queues' words as io_uring_setup(2) lays them out. The kernel takes submissions only inside of
// our calls; of its words we read the end of the completions.
struct SendRing::Ring {
  explicit Ring(FileDescriptor descriptor, const io_uring_params& params)
      : fd(std::move(descriptor)),
        submissions(fd.get(), params.sq_off.array + params.sq_entries * sizeof(std::uint32_t),
                    IORING_OFF_SQ_RING),
        completions(fd.get(), params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe),
                    IORING_OFF_CQ_RING),
        entries(fd.get(), params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES) {
    if (!IsMapped()) return;
    tail = submissions.At<std::uint32_t>(params.sq_off.tail);
    mask = *submissions.At<std::uint32_t>(params.sq_off.ring_mask);
    array = submissions.At<std::uint32_t>(params.sq_off.array);
    done_head = completions.At<std::uint32_t>(params.cq_off.head);
    done_tail = completions.At<std::uint32_t>(params.cq_off.tail);
    done_mask = *completions.At<std::uint32_t>(params.cq_off.ring_mask);
    done = completions.At<io_uring_cqe>(params.cq_off.cqes);
  }
  [[nodiscard]] bool IsMapped() const { return submissions && completions && entries; }

  // The entry of the `index`-th send of this run.
  io_uring_sqe& Entry(std::size_t index) {
    const std::uint32_t slot = (*tail + static_cast<std::uint32_t>(index)) & mask;
    array[slot] = slot;
    io_uring_sqe& entry = entries.At<io_uring_sqe>(0)[slot];
    std::memset(&entry, 0, sizeof(entry));
    return entry;
  }

  FileDescriptor fd;
  Mapping submissions;
  Mapping completions;
  Mapping entries;
  std::uint32_t* tail = nullptr;
  std::uint32_t mask = 0;
  std::uint32_t* array = nullptr;
  std::uint32_t* done_head = nullptr;
  std::uint32_t* done_tail = nullptr;
  std::uint32_t done_mask = 0;
  io_uring_cqe* done = nullptr;
};

SendRing::SendRing() = default;
SendRing::~SendRing() = default;

bool SendRing::IsThere() {
  if (std::exchange(tried_, true)) return ring_ != nullptr;
  io_uring_params params;
  FileDescriptor fd = Setup(params);
  if (!fd) return false;
  ring_ = std::make_unique<Ring>(std::move(fd), params);
  if (!ring_->IsMapped()) ring_.reset();
  return ring_ != nullptr;
}

void SendRing::Add(int socket, std::size_t pieces) {
  Send& send = sends_[count_];
  std::size_t offered = 0;
  for (std::size_t i = 0; i < pieces; ++i) offered += send.pieces[i].iov_len;
  done_[count_] = {offered, -EAGAIN};
  io_uring_sqe& entry = ring_->Entry(count_);
  entry.fd = socket;
  entry.msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  entry.user_data = count_;
  if (pieces == 1) {
    entry.opcode = IORING_OP_SEND;
    entry.addr = reinterpret_cast<std::uintptr_t>(send.pieces[0].iov_base);
    entry.len = static_cast<std::uint32_t>(send.pieces[0].iov_len);
  } else {
    send.message = {};
    send.message.msg_iov = send.pieces.data();
    send.message.msg_iovlen = pieces;
    entry.opcode = IORING_OP_SENDMSG;
    entry.addr = reinterpret_cast<std::uintptr_t>(&send.message);
    entry.len = 1;
  }
  ++count_;
}

std::span<const SendRing::Done> SendRing::Run() {
  const std::size_t count = std::exchange(count_, 0);
  auto left = static_cast<std::uint32_t>(count);  // not submitted yet
  std::size_t open = count;                       // without an answer
  std::atomic_ref(*ring_->tail).store(*ring_->tail + left, std::memory_order_release);
  while (open > 0) {
    const long taken = syscall(SYS_io_uring_enter, ring_->fd.get(), left, open,
                               IORING_ENTER_GETEVENTS, nullptr, 0);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) break;
    left -= static_cast<std::uint32_t>(taken);
    std::uint32_t head = *ring_->done_head;
    const std::uint32_t end = std::atomic_ref(*ring_->done_tail).load(std::memory_order_acquire);
    for (; head != end; ++head, --open) {
      const io_uring_cqe& one = ring_->done[head & ring_->done_mask];
      done_[one.user_data].result = one.res;
    }
    std::atomic_ref(*ring_->done_head).store(head, std::memory_order_release);
  }
  // What was not taken must not be sent later.
  if (left > 0) std::atomic_ref(*ring_->tail).store(*ring_->tail - left, std::memory_order_release);
  return std::span(done_).first(count);
}

}  // namespace roomcast::net
