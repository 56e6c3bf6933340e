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

// acc[r] += a block's part of row r, over n steps from p: whole squares, then what is left.
template <class T, int R>
[[gnu::always_inline]] inline void few_block(Vec<T> (&acc)[R][1], const T* const (&x)[R],
                                             const T* const (&rows)[lanes<T>], std::int64_t p,
                                             std::int64_t n) noexcept {
  Vec<T> square[lanes<T>];
  for (; n >= lanes<T>; n -= lanes<T>, p += lanes<T>) {
    load_square(rows, p, square);
    each<lanes<T>, R>(
        [&](int s, int r) { acc[r][0] = fma(splat(x[r][p + s]), square[s], acc[r][0]); });
  }
  if (n == 0) return;
  const T* from[lanes<T>];
  T rest[lanes<T>][lanes<T>], steps[lanes<T>][lanes<T>];
  for (int l = 0; l < lanes<T>; ++l) {
    store(rest[l], load_first(rows[l] + p, static_cast<int>(n)));
    from[l] = rest[l];
  }
  load_square(from, 0, square);
  for (int s = 0; s < lanes<T>; ++s) store(steps[s], square[s]);
  for (int s = 0; s < n; ++s) {
    const Vec<T> y = load(steps[s]);
    each<R, 1>([&](int r, int) { acc[r][0] = fma(splat(x[r][p + s]), y, acc[r][0]); });
  }
}

// R rows of c by one vector of its columns, `count` of them from `first`.
template <class T, int R>
[[gnu::flatten]] void few_tile(const MatmulArgs<T>& args, const Epilogue<T>& epilogue,
                               std::int64_t first, int count) noexcept {
  const T *x[R], *rows[lanes<T>];
  for (int r = 0; r < R; ++r) x[r] = args.a + r * args.a_row;
  for (int l = 0; l < lanes<T>; ++l) {
    rows[l] = args.b + (first + std::min(l, count - 1)) * args.b_col;
  }
  Vec<T> sums[R][1];
  each<R, 1>([&](int r, int) { sums[r][0] = Vec<T>{}; });
  for (std::int64_t p = 0; p < args.k; p += block_k) {
    Vec<T> acc[R][1];
    each<R, 1>([&](int r, int) { acc[r][0] = Vec<T>{}; });
    few_block<T, R>(acc, x, rows, p, std::min(args.k - p, block_k));
    each<R, 1>([&](int r, int) { sums[r][0] = p == 0 ? acc[r][0] : sums[r][0] + acc[r][0]; });
  }
  epilogue.template apply<R, 1>(sums, 0, first, count);
}

}  // namespace detail

template <class T>
void run_few_rows(const MatmulArgs<T>& args) {
  using RunFew =
      void (*)(const MatmulArgs<T>&, const Epilogue<T>&, std::int64_t first, int count) noexcept;
  static constexpr auto table = []<int... r>(std::integer_sequence<int, r...>) {
    return std::array<RunFew, sizeof...(r)>{detail::few_tile<T, r + 1>...};
  }
  (std::make_integer_sequence<int, few_rows>{});
  const Epilogue<T> epilogue(args);
  const auto tile = table[static_cast<std::size_t>(args.m - 1)];
  const auto grain = grain_of(grain_flops, 2 * args.m * args.k * lanes<T>);
  parallel_for(divide_up(args.n, lanes<T>), grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    const Range columns{begin * lanes<T>, std::min(end * lanes<T>, args.n)};
    for (auto j = columns.begin; j < columns.end; j += lanes<T>) {
      tile(args, epilogue, j, static_cast<int>(std::min<std::int64_t>(lanes<T>, columns.end - j)));
    }
    epilogue.activate(0, args.m, columns.begin, columns.size());
    epilogue.finish();
  });
}

}  // namespace deepcore
