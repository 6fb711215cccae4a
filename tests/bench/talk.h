#ifndef ROOMCAST_TESTS_BENCH_TALK_H_
#define ROOMCAST_TESTS_BENCH_TALK_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace roomcast::bench {

// Writes over `payload` from `from` on: a chat message as JSON, cut to fit, as people and programs
// write them: another user, time and row of English words for each number. For what is measured of
// compression, which filler would flatter.
void WriteTalk(std::string& payload, std::size_t from, std::uint64_t number);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_TALK_H_
