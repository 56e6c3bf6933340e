// What turns sums into the output: c, bias, z, activation.
#pragma once

#include <algorithm>
#include <utility>

#include "base/transpose.h"
#include "base/vec.h"
#include "kernels/activate.h"
#include "kernels/matmul.h"

namespace deepcore {

// f(r, v) over a tile, unrolled: an array of vectors stays in registers only if every index is
// constant.
template <int R, int V, class F>
[[gnu::always_inline]] inline void each(const F& f) noexcept {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (f(i / V, i % V), ...);
  }
  (std::make_integer_sequence<int, R * V>{});
}

template <class T>
class Epilogue {
 public:
  explicit Epilogue(const MatmulArgs<T>& args) : args_(args), streams_(may_stream(args)) {}

  // Fetches what apply() will write, while the tile runs: `rows` rows from i, `count` columns from
  // j.
  [[gnu::always_inline]] void fetch(std::int64_t i, std::int64_t rows, std::int64_t j,
                                    std::int64_t count) const noexcept {
    constexpr std::int64_t line = 64 / sizeof(T);
    if (streams_) return;
    const T* c = args_.c + i * args_.n + j;
    for (std::int64_t r = 0; r < rows; ++r, c += args_.n) {
      for (std::int64_t o = 0; o < count; o += line) __builtin_prefetch(c + o, 1);
    }
  }

  // A tile in registers: R rows from i, `count` columns from j, of which V - 1 vectors are whole.
  template <int R, int V>
  [[gnu::always_inline]] void apply(Vec<T> (&acc)[R][V], std::int64_t i, std::int64_t j,
                                    int count) const noexcept {
    const int last = count - (V - 1) * lanes<T>;
    const std::int64_t at = i * args_.n + j, row = args_.n;
    if (args_.accumulate) {
      each<R, V>(
          [&](int r, int v) { acc[r][v] = get<V>(args_.c + at + r * row, v, last) + acc[r][v]; });
    }
    if (args_.bias) {
      Vec<T> bias[V];
      each<1, V>([&](int, int v) { bias[v] = get<V>(args_.bias + j, v, last); });
      each<R, V>([&](int r, int v) { acc[r][v] = acc[r][v] + bias[v]; });
    }
    if (args_.z) {
      each<R, V>([&](int r, int v) { put<V>(args_.z + at + r * row, v, last, acc[r][v]); });
    }
    // Here, because it does no arithmetic that could flush; the others follow in activate().
    if (args_.activation == Activation::relu) {
      each<R, V>([&](int r, int v) {
        acc[r][v] = deepcore::activate<T, Activation::relu>(acc[r][v], T{0});
      });
    }
    if (streams_ && last == lanes<T>) {
      each<R, V>([&](int r, int v) { stream(args_.c + at + r * row + v * lanes<T>, acc[r][v]); });
    } else {
      each<R, V>([&](int r, int v) { put<V>(args_.c + at + r * row, v, last, acc[r][v]); });
    }
  }

  // Sums of `columns` columns of c, from j, as rows of `width` whose first `rows` lanes are c's
  // rows from i.
  void transpose(const T* sums, std::int64_t width, std::int64_t i, std::int64_t rows,
                 std::int64_t j, std::int64_t columns) const noexcept {
    for (std::int64_t first = 0; first < columns; first += lanes<T>) {
      const auto count = std::min<std::int64_t>(lanes<T>, columns - first);
      const T* row[lanes<T>];
      for (int r = 0; r < lanes<T>; ++r) {
        row[r] = sums + (first + std::min<std::int64_t>(r, count - 1)) * width;
      }
      for (std::int64_t lane = 0; lane < rows; lane += quad<T>) {
        Vec<T> out[quad<T>];
        load_transposed(row, lane, out);
        for (int q = 0; q < quad<T> && lane + q < rows; ++q) {
          Vec<T> acc[1][1] = {{out[q]}};
          apply<1, 1>(acc, i + lane + q, j + first, static_cast<int>(count));
        }
      }
    }
  }

  // To be called at the end of a thread's piece.
  void finish() const noexcept {
    if (streams_) stream_fence();
  }

  // What apply left to do, on a part of c that is still in the cache.
  void activate(std::int64_t i, std::int64_t rows, std::int64_t j,
                std::int64_t columns) const noexcept {
    if (args_.activation == Activation::none || args_.activation == Activation::relu) return;
    for (T* c = args_.c + i * args_.n + j; rows > 0; --rows, c += args_.n) {
      activate_span(c, c, columns, args_.activation, args_.slope);
    }
  }

 private:
  // Outputs too large for the caches are not read into them first: 4 % for the gradient of a
  // 2048 x 2048 weight.
  static bool may_stream(const MatmulArgs<T>& args) noexcept {
    constexpr std::int64_t large = 4 << 20;
    return args.m * args.n * static_cast<std::int64_t>(sizeof(T)) >= large && !args.accumulate &&
           args.n % lanes<T> == 0 && reinterpret_cast<std::uintptr_t>(args.c) % vector_bytes == 0 &&
           (args.activation == Activation::none || args.activation == Activation::relu);
  }
  template <int V>
  [[gnu::always_inline]] static Vec<T> get(const T* p, int v, int last) noexcept {
    p += v * lanes<T>;
    return v < V - 1 || last == lanes<T> ? load(p) : load_first(p, last);
  }
  template <int V>
  [[gnu::always_inline]] static void put(T* p, int v, int last, Vec<T> value) noexcept {
    p += v * lanes<T>;
    if (v < V - 1 || last == lanes<T>) return store(p, value);
    store_first(p, value, last);
  }

  const MatmulArgs<T>& args_;
  const bool streams_;
};

}  // namespace deepcore
