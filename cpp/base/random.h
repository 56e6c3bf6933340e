// Random numbers by position: Philox4x32-10 maps (seed, stream, counter) to words, so the number of
// an element depends on its index alone, whatever the threads and the level.
//
// Reference: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).
#pragma once

#include <cstdint>

#include "base/vec.h"

namespace deepcore {

// A position: what is drawn from here on are the groups counter, counter + 1, ...
struct Draw {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
  std::uint64_t counter = 0;
};

// A group is 16 blocks of 4 words; word w of block b is words[16 * w + b]. The number is fixed so
// that an element's place does not depend on the level: 16 words are the widest level's vector.
inline constexpr int group_blocks = 16;
inline constexpr int group_words = 4 * group_blocks;
struct RandomGroup {
  alignas(64) std::uint32_t words[group_words];
};

// Lanes of 64 bits hold one word each; their upper halves are never read, so they may hold
// anything.
struct PhiloxLanes {
  using Lanes = Vec<std::uint64_t>;
  Lanes c0, c1, c2, c3;

  PhiloxLanes(std::uint64_t first, std::uint64_t stream) noexcept {
    static constexpr std::uint64_t lane[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    c0 = load(lane) + first;
    c1 = c0 >> 32;
    c2 = Lanes{} + stream;
    c3 = c2 >> 32;
  }
  void round(std::uint64_t key0, std::uint64_t key1) noexcept {
    const Lanes p0 = multiply_low(c0, Lanes{} + 0xD2511F53u);
    const Lanes p1 = multiply_low(c2, Lanes{} + 0xCD9E8D57u);
    c0 = (p1 >> 32) ^ c1 ^ (Lanes{} + key0);
    c1 = p1;
    c2 = (p0 >> 32) ^ c3 ^ (Lanes{} + key1);
    c3 = p0;
  }
  static void put(std::uint32_t* to, Lanes words) noexcept {
    typedef std::uint32_t Half __attribute__((vector_size(vector_bytes / 2)));
    const Half half = __builtin_convertvector(words, Half);
    std::memcpy(to, &half, sizeof(half));
  }
  void put(RandomGroup& out, int block) const noexcept {
    put(out.words + block, c0);
    put(out.words + 1 * group_blocks + block, c1);
    put(out.words + 2 * group_blocks + block, c2);
    put(out.words + 3 * group_blocks + block, c3);
  }
};

// Two vectors of blocks at a time hide the latency of the products; four spill on AVX2.
inline void philox(const Draw& draw, std::uint64_t group, RandomGroup& out) noexcept {
  constexpr int width = lanes<std::uint64_t>;
  for (int block = 0; block < group_blocks; block += 2 * width) {
    const std::uint64_t first = (draw.counter + group) * group_blocks + block;
    PhiloxLanes a(first, draw.stream), b(first + width, draw.stream);
    auto key0 = static_cast<std::uint32_t>(draw.seed);
    auto key1 = static_cast<std::uint32_t>(draw.seed >> 32);
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9, key1 += 0xBB67AE85) {
      a.round(key0, key1);
      b.round(key0, key1);
    }
    a.put(out, block);
    b.put(out, block + width);
  }
}

}  // namespace deepcore
