// What history holds around a publication: memory that the engine takes of the allocator for rooms
// that are full, less what it takes for the same rooms empty, less the encoded bytes. The worst of
// several sizes.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "proto/protocol/limits.h"
#include "server/engine/memory_engine.h"
#include "tests/bench/benchmark.h"

namespace roomcast::bench {
namespace {

double OverheadOf(std::size_t data_bytes, std::size_t rooms) {
  using engine::MemoryEngine;
  const hub::Engine::Keep keep{kHistoryBytes, kHistoryMessages, kHistoryTtl};
  const std::string data(data_bytes, 'x');
  Publication publication;
  publication.time_at = 1'700'000'000'000'000;
  publication.data = Bytes(data);
  const Now now{Instant(std::chrono::hours(1)), WallTime{1}};
  auto memory = std::make_unique<MemoryEngine>(
      HashKey{1, 2}, 3, MemoryEngine::Limits{std::size_t{1} << 40, 1000, kKeptPositionsTtl});
  const auto name_of = [](std::size_t room) { return "chat:" + std::to_string(room); };
  for (std::size_t room = 0; room < rooms; ++room) {
    hub::Engine::Answer answer;
    memory->Top({}, name_of(room), keep, now);
    memory->TakeAnswer(answer);
  }
  const std::size_t before = mallinfo2().uordblks;
  std::size_t encoded = 0;
  std::size_t count = 0;
  for (std::size_t room = 0; room < rooms; ++room) {
    const std::string name = name_of(room);
    hub::Engine::Answer answer;
    for (std::size_t i = 0; i < 2 * kHistoryMessages; ++i) {
      memory->Append({}, name, keep, publication, now);
      memory->TakeAnswer(answer);
    }
    const std::size_t entry = answer.entries.size();
    const std::size_t kept = std::min(kHistoryMessages, kHistoryBytes / entry);
    encoded += kept * entry;
    count += kept;
  }
  const std::size_t held = mallinfo2().uordblks - before;
  return (static_cast<double>(held) - static_cast<double>(encoded)) / static_cast<double>(count);
}

}  // namespace

void HistoryOverhead(const Options& options, Report& report) {
  double worst = 0;
  for (const std::size_t bytes : {16, 64, 250, 1000, 4000, 16'000, 64'000}) {
    const double overhead = OverheadOf(bytes, options.Size(100));
    worst = std::max(worst, overhead);
    std::array<char, 100> text;
    std::snprintf(text.data(), text.size(), "history: %zu B of data, %.1f B around each", bytes,
                  overhead);
    report.Remark(text.data());
  }
  report.Add("history_overhead_bytes", worst, "B");
}

}  // namespace roomcast::bench
