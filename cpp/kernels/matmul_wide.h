// Few rows times a matrix whose rows lie contiguous, as in the input gradient of a dense layer. The
// matrix is read once, in place, by tiles as wide as the registers allow, so that each step down a
// row takes several neighbouring cache lines. With 4 rows on an AVX-512 core that is 70 % of the
// FMA peak for 200 x 800 where tiles of the common width gave 40, and 42 to 65 % for 1024 x 1024,
// which comes from the third cache, where they gave 32.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/matmul.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

inline constexpr int wide_rows = 8;

template <class T>
bool has_wide_tiles(const MatmulArgs<T>& args) noexcept {
  return args.m <= wide_rows && args.b_col == 1;
}

namespace detail {

// R x V sums, V vectors of the matrix and one broadcast fill the registers.
constexpr int wide_vectors(int rows) {
  return std::max((tile_registers - 1) / (rows + 1), 1);
}

template <class T, int R, int V, bool whole>
class WideTile {
 public:
  WideTile(const MatmulArgs<T>& args, std::int64_t first, int count) noexcept
      : args_(args), first_(first), last_(count - (V - 1) * lanes<T>), count_(count) {}

  [[gnu::flatten]] void run(const Epilogue<T>& epilogue) const noexcept {
    alignas(64) T sums[R * V * lanes<T>];
    Vec<T> acc[R][V];
    for (std::int64_t p = 0;;) {
      chain(acc, p, std::min(args_.k - p, block_k));
      if (p > 0) {
        each<R, V>(
            [&](int r, int v) { acc[r][v] = load(sums + (r * V + v) * lanes<T>) + acc[r][v]; });
      }
      p += block_k;
      if (p >= args_.k) break;
      each<R, V>([&](int r, int v) { store(sums + (r * V + v) * lanes<T>, acc[r][v]); });
    }
    epilogue.template apply<R, V>(acc, 0, first_, count_);
  }

 private:
  [[gnu::always_inline]] void chain(Vec<T> (&acc)[R][V], std::int64_t p,
                                    std::int64_t n) const noexcept {
    constexpr std::int64_t size = sizeof(T);
    const Distances row(args_.a_row * size);
    const std::int64_t x_step = args_.a_col * size, y_step = args_.b_row;
    const char* x = reinterpret_cast<const char*>(args_.a) + p * x_step;
    const T* y = args_.b + first_ + p * y_step;
    each<R, V>([&](int r, int v) { acc[r][v] = Vec<T>{}; });
    for (; n > 0; --n, x += x_step, y += y_step) {
      asm("" : "+r"(x));
      Vec<T> b[V];
      each<1, V>([&](int, int v) {
        const T* at = y + v * lanes<T>;
        b[v] = whole || v < V - 1 ? load(at) : load_first(at, last_);
      });
      each<R, 1>([&](int r, int) {
        T value;
        std::memcpy(&value, x + row[r], sizeof(T));
        const Vec<T> a = splat(value);
        each<1, V>([&](int, int v) { acc[r][v] = fma(a, b[v], acc[r][v]); });
      });
    }
  }

  const MatmulArgs<T>& args_;
  std::int64_t first_;
  int last_, count_;  // columns of the last vector, and of all
};

// Columns first to end: tiles of V vectors, of half as many, and of one.
template <class T, int R>
void wide_columns(const MatmulArgs<T>& args, const Epilogue<T>& epilogue, std::int64_t first,
                  std::int64_t end) noexcept {
  constexpr int V = wide_vectors(R), half = std::max(V / 2, 1);
  for (; end - first >= V * lanes<T>; first += V * lanes<T>) {
    WideTile<T, R, V, true>(args, first, V * lanes<T>).run(epilogue);
  }
  for (; end - first >= half * lanes<T>; first += half * lanes<T>) {
    WideTile<T, R, half, true>(args, first, half * lanes<T>).run(epilogue);
  }
  for (; end - first >= lanes<T>; first += lanes<T>) {
    WideTile<T, R, 1, true>(args, first, lanes<T>).run(epilogue);
  }
  if (first < end) {
    WideTile<T, R, 1, false>(args, first, static_cast<int>(end - first)).run(epilogue);
  }
}

}  // namespace detail

template <class T>
void run_wide_tiles(const MatmulArgs<T>& args) {
  static constexpr auto table = []<int... r>(std::integer_sequence<int, r...>) {
    return std::array{detail::wide_columns<T, r + 1>...};
  }
  (std::make_integer_sequence<int, wide_rows>{});
  const Epilogue<T> epilogue(args);
  const auto run = table[static_cast<std::size_t>(args.m - 1)];
  const std::int64_t width = detail::wide_vectors(static_cast<int>(args.m)) * lanes<T>;
  const auto grain = grain_of(grain_flops, 2 * args.m * args.k * width);
  parallel_for(divide_up(args.n, width), grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    const Range columns{begin * width, std::min(end * width, args.n)};
    run(args, epilogue, columns.begin, columns.end);
    epilogue.activate(0, args.m, columns.begin, columns.size());
    epilogue.finish();
  });
}

}  // namespace deepcore
