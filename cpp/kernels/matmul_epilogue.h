// What turns sums into the output while they are in registers: c, bias, z, activation.
#pragma once

#include "base/vec.h"
#include "kernels/matmul.h"

namespace deepcore {

template <class T>
class Epilogue {
 public:
  explicit Epilogue(const MatmulArgs<T>& args) : args_(args) {}

  // R rows from i and `count` columns from j, of which V - 1 vectors are whole.
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
      for (int v = 0; v < V; ++v) bias[v] = get<V>(args_.bias + j, v, last);
      each<R, V>([&](int r, int v) { acc[r][v] = acc[r][v] + bias[v]; });
    }
    if (args_.z) {
      each<R, V>([&](int r, int v) { put<V>(args_.z + at + r * row, v, last, acc[r][v]); });
    }
    if (args_.activation == Activation::relu) {
      // NaN stays, and -0 becomes 0.
      each<R, V>(
          [&](int r, int v) { acc[r][v] = select<T>(acc[r][v] <= Vec<T>{}, Vec<T>{}, acc[r][v]); });
    } else if (args_.activation == Activation::leaky_relu) {
      each<R, V>([&](int r, int v) {
        acc[r][v] = select<T>(acc[r][v] > Vec<T>{}, acc[r][v], splat(args_.slope) * acc[r][v]);
      });
    }
    each<R, V>([&](int r, int v) { put<V>(args_.c + at + r * row, v, last, acc[r][v]); });
  }

 private:
  template <int R, int V, class F>
  [[gnu::always_inline]] static void each(const F& f) noexcept {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) f(r, v);
    }
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
};

}  // namespace deepcore
