// The micro-kernel: a tile of R x V vectors of sums in registers. One operand is read by broadcasts
// (R rows, any strides), the other by vectors (V a step, at a fixed distance from step to step).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/vec.h"
#include "kernels/matmul_epilogue.h"

namespace deepcore {

// The largest tile: 8 x 3 of 32 registers reads 11 times for 24 multiply-adds, and measured best of
// 6 x 4, 8 x 3, 12 x 2, 13 x 2 and 14 x 2 where rows are read in place; 6 x 2 of 16 registers.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int tile_rows = 8, tile_vectors = 3, tile_registers = 32;
#else
inline constexpr int tile_rows = 6, tile_vectors = 2, tile_registers = 16;
#endif

// Sums are cut here on every level, so that they round alike.
inline constexpr std::int64_t block_k = 256;

// Cache lines that are fetched into L2 while a tile runs, one each few steps.
class Lines {
 public:
  static constexpr int every = 8;
  void clear() noexcept { count_ = next_ = 0; }
  void add(const void* line) noexcept {
    if (count_ < most) lines_[count_++] = line;
  }
  void fetch() noexcept {
    if (next_ < count_) __builtin_prefetch(lines_[next_++], 0, 2);
  }

 private:
  static constexpr int most = 64;
  const void* lines_[most];
  int count_ = 0, next_ = 0;
};

template <class T>
struct Tile {
  std::int64_t k = 0;
  const T* x = nullptr;  // broadcast: row r, step p at x[r * x_row + p * x_step]
  std::int64_t x_row = 0, x_step = 0;
  const T* y = nullptr;  // vectors: step p at y[p * y_step]
  std::int64_t y_step = 0;
  T* sums = nullptr;                    // of the blocks of k so far, R x V vectors
  bool first = true;                    // whether there are none so far
  const Epilogue<T>* finish = nullptr;  // what makes c of the sums after the last block,
  std::int64_t i = 0, j = 0;            //   at this row and column,
  int count = 0;                        //   with so many columns
  Lines* lines = nullptr;               // to fetch on the way
};

// The distances of rows 0 to 7 as x86 adds them to a pointer: 1, 2 or 4 times one of four. The
// empty assembly hides how these hang together, for compilers would otherwise keep a pointer for
// each row and run out of registers.
class Distances {
 public:
  explicit Distances(std::int64_t row) noexcept
      : one_(row), three_(3 * row), five_(5 * row), seven_(7 * row) {
    asm("" : "+r"(one_), "+r"(three_), "+r"(five_), "+r"(seven_));
  }
  std::int64_t operator[](int r) const noexcept {
    if (r == 5) return five_;
    if (r == 7) return seven_;
    return r % 3 == 0 ? r / 3 * three_ : r * one_;
  }

 private:
  std::int64_t one_, three_, five_, seven_;
};

// A chain of fused multiply-adds from zero over n steps from step p.
template <class T, int R, int V>
[[gnu::always_inline]] inline void chain(Vec<T> (&acc)[R][V], const Tile<T>& t, std::int64_t p,
                                         std::int64_t n) noexcept {
  constexpr std::int64_t size = sizeof(T);
  const Distances row(t.x_row * size);
  const std::int64_t x_step = t.x_step * size, y_step = t.y_step;
  const char* x = reinterpret_cast<const char*>(t.x) + p * x_step;
  const T* y = t.y + p * y_step;
  each<R, V>([&](int r, int v) { acc[r][v] = Vec<T>{}; });
  while (n > 0) {
    auto steps = n;
    if (t.lines) {
      steps = std::min<std::int64_t>(n, Lines::every);
      t.lines->fetch();
    }
    n -= steps;
    for (; steps > 0; --steps, x += x_step, y += y_step) {
      asm("" : "+r"(x));
      Vec<T> b[V];
      each<1, V>([&](int, int v) { b[v] = load(y + v * lanes<T>); });
      each<R, 1>([&](int r, int) {
        T value;
        std::memcpy(&value, x + row[r], sizeof(T));
        const Vec<T> a = splat(value);
        each<1, V>([&](int, int v) { acc[r][v] = fma(a, b[v], acc[r][v]); });
      });
    }
  }
}

template <class T, int R, int V>
[[gnu::flatten]] void run_tile(const Tile<T>& t) noexcept {
  const auto at = [&](int r, int v) { return t.sums + (r * V + v) * lanes<T>; };
  Vec<T> acc[R][V];
  std::int64_t p = 0;
  while (true) {
    chain<T, R, V>(acc, t, p, std::min(t.k - p, block_k));
    if (p > 0 || !t.first)
      each<R, V>([&](int r, int v) { acc[r][v] = load(at(r, v)) + acc[r][v]; });
    p += block_k;
    if (p >= t.k) break;
    each<R, V>([&](int r, int v) { store(at(r, v), acc[r][v]); });
  }
  if (t.finish) return t.finish->template apply<R, V>(acc, t.i, t.j, t.count);
  each<R, V>([&](int r, int v) { store(at(r, v), acc[r][v]); });
}

template <class T>
using RunTile = void (*)(const Tile<T>&) noexcept;

// run_tile of r rows and v vectors, 1 <= r <= tile_rows, 1 <= v <= tile_vectors.
template <class T>
RunTile<T> tile_of(std::int64_t r, std::int64_t v) noexcept {
  static constexpr auto table = []<int... i>(std::integer_sequence<int, i...>) {
    return std::array<RunTile<T>, sizeof...(i)>{
        run_tile<T, i / tile_vectors + 1, i % tile_vectors + 1>...};
  }
  (std::make_integer_sequence<int, tile_rows * tile_vectors>{});
  return table[static_cast<std::size_t>((r - 1) * tile_vectors + v - 1)];
}

}  // namespace deepcore
