#ifndef ROOMCAST_TESTS_BENCH_SINGLE_SENDS_HUB_H_
#define ROOMCAST_TESTS_BENCH_SINGLE_SENDS_HUB_H_

#include <cstdint>
#include <functional>

namespace roomcast::bench {

// The same hub, from the same libraries, that sends each publication on its own: a batch holds one
// publication, and a write one message. It says what joining is worth. No flag or setting of
// `roomcast serve` leads there: it is a mistake nobody should be able to make.
//
// Calls `listening` with its port, and runs until the process is ended.
[[noreturn]] void RunSingleSendsHub(const std::function<void(std::uint16_t)>& listening);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_SINGLE_SENDS_HUB_H_
