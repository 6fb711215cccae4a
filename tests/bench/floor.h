#ifndef ROOMCAST_TESTS_BENCH_FLOOR_H_
#define ROOMCAST_TESTS_BENCH_FLOOR_H_

namespace roomcast::bench {

// The floors: what the kernel costs, with nothing of a hub around it. A bare epoll loop that
// accepts, upgrades, and speaks the small protocol of README.md: of a publication it makes one
// frame, and writes it to each member of the room with one gathered write. No queues, limits,
// history or heartbeats, and it ends at the first socket that is full: a floor is measured at a
// moderate rate.
//
// Runs on the listening socket until the process is ended.
[[noreturn]] void RunFloor(int listening);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_FLOOR_H_
