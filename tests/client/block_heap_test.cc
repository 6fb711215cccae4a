// The module's heap, over memory of the test's own.
#include "client-wasm/abi/block_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace roomcast::client {
namespace {

class BlockHeapTest : public testing::Test {
 protected:
  char* Allocate(std::size_t bytes) {
    return static_cast<char*>(heap_.Allocate(bytes, [this](std::size_t more) -> void* {
      taken_ += more;
      EXPECT_LE(taken_, memory_.size());
      return memory_.data() + taken_ - more;
    }));
  }

  BlockHeap heap_;
  alignas(16) std::array<char, 4 << 20> memory_;
  std::size_t taken_ = 0;
};

TEST_F(BlockHeapTest, EverySizeIsWholeAndAligned) {
  for (const std::size_t bytes : {0, 1, 15, 16, 17, 111, 112, 113, 4000, 65536}) {
    char* memory = Allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0u) << bytes;
    EXPECT_LE(memory + bytes, memory_.data() + taken_) << bytes;
    std::memset(memory, 0x5a, bytes);
  }
}

TEST_F(BlockHeapTest, WhatIsFreedIsGivenAgainAndNothingIsTaken) {
  char* first = Allocate(100);
  char* second = Allocate(100);
  const std::size_t taken = taken_;
  heap_.Free(first);
  heap_.Free(second);
  EXPECT_EQ(Allocate(90), second);
  EXPECT_EQ(Allocate(100), first);
  EXPECT_EQ(taken_, taken);
}

TEST_F(BlockHeapTest, NothingMayBeFreed) {
  heap_.Free(nullptr);
  EXPECT_EQ(taken_, 0u);
}

TEST_F(BlockHeapTest, BlocksInUseNeverOverlapAndMemoryIsBoundedByThePeak) {
  struct Piece {
    char* memory;
    std::size_t bytes;
    char mark;
  };
  std::mt19937 random(1);
  std::vector<Piece> pieces;
  for (int turn = 0; turn < 50'000; ++turn) {
    if (pieces.size() < 100 && random() % 2 == 0) {
      const std::size_t bytes = random() % (random() % 8 == 0 ? 5000 : 200);
      const char mark = static_cast<char>(random());
      pieces.push_back({Allocate(bytes), bytes, mark});
      std::memset(pieces.back().memory, mark, bytes);
    } else if (!pieces.empty()) {
      std::swap(pieces[random() % pieces.size()], pieces.back());
      const Piece piece = pieces.back();
      pieces.pop_back();
      ASSERT_TRUE(std::all_of(piece.memory, piece.memory + piece.bytes,
                              [&](char byte) { return byte == piece.mark; }));
      heap_.Free(piece.memory);
    }
  }
  // 100 blocks of each of the sizes that were asked for, at most.
  EXPECT_LE(taken_, 100u * (32 + 64 + 128 + 256 + 512 + 1024 + 2048 + 4096 + 8192));
}

}  // namespace
}  // namespace roomcast::client
