// The micro-kernel: a tile of R x V vectors of sums in registers. One operand is read by broadcasts
// (R rows, any strides), the other by vectors (V a step, at a fixed distance from step to step).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/vec.h"
#include "kernels/matmul_epilogue.h"

namespace deepcore {

// The largest tile: 8 x 3 of 32 registers reads 11 times for 24 multiply-adds, and measured best of
// 6 x 4, 8 x 3, 12 x 2, 13 x 2 and 14 x 2 where rows are read in place; 6 x 2 of 16 registers.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int tile_rows = 8, tile_vectors = 3;
#else
inline constexpr int tile_rows = 6, tile_vectors = 2;
#endif

// Sums are cut here on every level, so that they round alike.
inline constexpr std::int64_t block_k = 256;

template <class T>
struct Tile {
  std::int64_t k;
  const T* x;  // broadcast: row r, step p at x[r * x_row + p * x_step]
  std::int64_t x_row, x_step;
  const T* y;  // vectors: step p at y[p * y_step]
  std::int64_t y_step;
  T* sums = nullptr;                    // where the sums go as they are, or
  std::int64_t sums_row = 0;            //   their distance from row to row
  const Epilogue<T>* finish = nullptr;  // what makes c of them
  std::int64_t i = 0, j = 0;            //   at this row and column,
  int count = 0;                        //   with so many columns
};

// A chain of fused multiply-adds from zero over n steps from step p.
template <class T, int R, int V>
[[gnu::always_inline]] inline void chain(Vec<T> (&acc)[R][V], const Tile<T>& t, std::int64_t p,
                                         std::int64_t n) noexcept {
  const T* row[R];
  for (int r = 0; r < R; ++r) row[r] = t.x + r * t.x_row + p * t.x_step;
  const T* y = t.y + p * t.y_step;
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) acc[r][v] = Vec<T>{};
  }
  const std::int64_t x_step = t.x_step, y_step = t.y_step;
  for (std::int64_t at = 0; n > 0; --n, at += x_step, y += y_step) {
    Vec<T> b[V];
    for (int v = 0; v < V; ++v) b[v] = load(y + v * lanes<T>);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vec<T> a = splat(row[r][at]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[r][v] = fma(a, b[v], acc[r][v]);
    }
  }
}

template <class T, int R, int V>
void run_tile(const Tile<T>& t) noexcept {
  Vec<T> acc[R][V];
  chain<T, R, V>(acc, t, 0, std::min(t.k, block_k));
  for (std::int64_t p = block_k; p < t.k; p += block_k) {
    Vec<T> sum[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) sum[r][v] = acc[r][v];
    }
    chain<T, R, V>(acc, t, p, std::min(t.k - p, block_k));
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) acc[r][v] = sum[r][v] + acc[r][v];
    }
  }
  if (t.finish) return t.finish->template apply<R, V>(acc, t.i, t.j, t.count);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) store(t.sums + r * t.sums_row + v * lanes<T>, acc[r][v]);
  }
}

template <class T>
using RunTile = void (*)(const Tile<T>&) noexcept;

// run_tile of r rows and v vectors, 1 <= r <= tile_rows, 1 <= v <= tile_vectors.
template <class T>
RunTile<T> tile_of(int r, int v) noexcept {
  static constexpr auto table = []<int... i>(std::integer_sequence<int, i...>) {
    return std::array<RunTile<T>, sizeof...(i)>{
        run_tile<T, i / tile_vectors + 1, i % tile_vectors + 1>...};
  }
  (std::make_integer_sequence<int, tile_rows * tile_vectors>{});
  return table[(r - 1) * tile_vectors + v - 1];
}

}  // namespace deepcore
