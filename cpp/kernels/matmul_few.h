// Few rows times a matrix that lies transposed, as in the forward pass of a dense layer: packing
// the matrix would cost more than multiplying it, so squares of it are transposed in registers and
// used at once for every row. Each of its elements is read once, and nothing is stored but c.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/flush.h"
#include "base/parallel.h"
#include "base/transpose.h"
#include "kernels/matmul.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

// A square takes as many registers as a vector has lanes, and as many again on its way.
#if defined(__AVX512F__)
inline constexpr int few_rows = 8;
#else
inline constexpr int few_rows = 4;
#endif

template <class T>
bool has_few_rows(const MatmulArgs<T>& args) noexcept {
  return args.m <= few_rows && args.a_col == 1 && args.b_row == 1 && args.b_col != 1;
}

namespace detail {

// Vectors of columns side by side: the sums of one are R chains, and 16 steps of a chain take 64
// cycles, as long as the multiply-adds of 8 rows. Two fit into the registers up to half as many:
// 1 x 784 x 128 takes 4.0 us instead of 6.6.
template <int R>
inline constexpr int few_vectors = 2 * R <= few_rows ? 2 : 1;

// From beyond L2, twice the rows at a time are 5 % slower.
inline constexpr std::int64_t few_near = 1 << 20;

// acc += a block's part, over n steps from p: whole squares, then what is left.
template <class T, int R, int V>
[[gnu::always_inline]] inline void few_block(Vec<T> (&acc)[R][V], const T* const (&x)[R],
                                             const T* const (&rows)[V][lanes<T>], std::int64_t p,
                                             std::int64_t n) noexcept {
  Vec<T> square[lanes<T>];
  for (; n >= lanes<T>; n -= lanes<T>, p += lanes<T>) {
    each<1, V>([&](int, int v) __attribute__((always_inline)) {
      // Compilers would otherwise keep what is broadcast for the next vector, and spill.
      asm("" ::: "memory");
      load_square(rows[v], p, square);
      each<lanes<T>, R>(
          [&](int s, int r) { acc[r][v] = fma(splat(x[r][p + s]), square[s], acc[r][v]); });
    });
  }
  if (n == 0) return;
  each<1, V>([&](int, int v) __attribute__((always_inline)) {
    const T* from[lanes<T>];
    T rest[lanes<T>][lanes<T>], steps[lanes<T>][lanes<T>];
    for (int l = 0; l < lanes<T>; ++l) {
      store(rest[l], load_first(rows[v][l] + p, static_cast<int>(n)));
      from[l] = rest[l];
    }
    load_square(from, 0, square);
    for (int s = 0; s < lanes<T>; ++s) store(steps[s], square[s]);
    for (int s = 0; s < n; ++s) {
      const Vec<T> y = load(steps[s]);
      each<R, 1>([&](int r, int) { acc[r][v] = fma(splat(x[r][p + s]), y, acc[r][v]); });
    }
  });
}

// R rows of c by V vectors of its columns, `count` of them from `first`.
template <class T, int R, int V>
[[gnu::flatten]] void few_tile(const MatmulArgs<T>& args, const Epilogue<T>& epilogue,
                               std::int64_t first, int count) noexcept {
  const T *x[R], *rows[V][lanes<T>];
  for (int r = 0; r < R; ++r) x[r] = args.a + r * args.a_row;
  for (int l = 0; l < V * lanes<T>; ++l) {
    rows[l / lanes<T>][l % lanes<T>] = args.b + (first + std::min(l, count - 1)) * args.b_col;
  }
  Vec<T> sums[R][V];
  each<R, V>([&](int r, int v) { sums[r][v] = Vec<T>{}; });
  for (std::int64_t p = 0; p < args.k; p += block_k) {
    Vec<T> acc[R][V];
    each<R, V>([&](int r, int v) { acc[r][v] = Vec<T>{}; });
    few_block<T, R, V>(acc, x, rows, p, std::min(args.k - p, block_k));
    each<R, V>([&](int r, int v) { sums[r][v] = p == 0 ? acc[r][v] : sums[r][v] + acc[r][v]; });
  }
  epilogue.template apply<R, V>(sums, 0, first, count);
}

template <class T, int R>
void few_columns(const MatmulArgs<T>& args, const Epilogue<T>& epilogue, Range columns) noexcept {
  constexpr int V = few_vectors<R>;
  const bool near = args.n * args.k * static_cast<std::int64_t>(sizeof(T)) <= few_near;
  for (auto j = columns.begin; j < columns.end;) {
    const bool wide = near && columns.end - j > (V - 1) * lanes<T>;
    const auto count = std::min<std::int64_t>((wide ? V : 1) * lanes<T>, columns.end - j);
    const auto tile = wide ? few_tile<T, R, V> : few_tile<T, R, 1>;
    tile(args, epilogue, j, static_cast<int>(count));
    j += count;
  }
}

}  // namespace detail

template <class T>
void run_few_rows(const MatmulArgs<T>& args) {
  using RunFew = void (*)(const MatmulArgs<T>&, const Epilogue<T>&, Range columns) noexcept;
  static constexpr auto table = []<int... r>(std::integer_sequence<int, r...>) {
    return std::array<RunFew, sizeof...(r)>{detail::few_columns<T, r + 1>...};
  }
  (std::make_integer_sequence<int, few_rows>{});
  const Epilogue<T> epilogue(args);
  const auto few = table[static_cast<std::size_t>(args.m - 1)];
  const auto grain = grain_of(grain_flops, 2 * args.m * args.k * lanes<T>);
  parallel_for(divide_up(args.n, lanes<T>), grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    const Range columns{begin * lanes<T>, std::min(end * lanes<T>, args.n)};
    few(args, epilogue, columns);
    epilogue.activate(0, args.m, columns.begin, columns.size());
    epilogue.finish();
  });
}

}  // namespace deepcore
