#include "kernels/extreme.h"

#include <limits>
#include <type_traits>

#include "kernels/sums.h"

namespace deepcore {
namespace {

// Whether b takes the place of a.
template <bool largest, class T>
inline bool beats(T b, T a) noexcept {
  return (largest ? b > a : b < a) || b != b;
}

template <class T>
inline bool matches(T x, T value) noexcept {
  return x == value || x != x;
}

template <bool largest, class T>
T extreme_of_block(const View& view, const T* x, std::int64_t row, std::int64_t begin,
                   std::int64_t end) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const auto better = [](Vec<T> a, Vec<T> b) {
      return select<T>((largest ? b > a : b < a) | (b != b), b, a);
    };
    return fold_row_block(row, view.n, begin, end, largest ? -infinity : infinity, better,
                          Value<T>{x});
  } else {
    const T* p = x + row * view.n;
    T best = p[begin];
    for (auto j = begin; j < end; ++j) best = largest ? std::max(best, p[j]) : std::min(best, p[j]);
    return best;
  }
}

template <class T, bool largest>
struct ExtremeRows {
  using State = T;
  static constexpr std::int64_t block = 4096, tile = 1;
  View view;
  const T* x;
  T* value;

  void leaf(std::int64_t row, std::int64_t begin, std::int64_t end, T& best) const noexcept {
    best = extreme_of_block<largest>(view, x, row, begin, end);
  }
  void merge(std::int64_t, T& a, T b) const noexcept {
    if (beats<largest>(b, a)) a = b;
  }
  void done(std::int64_t row, T best) const noexcept { value[row] = best; }
};

template <class T, bool largest>
struct ExtremeColumns {
  static constexpr std::int64_t block = column_block, tile = 2048 / sizeof(T);
  struct State {
    T best[tile];
  };
  View view;
  const T* x;
  T* value;

  void leaf(std::int64_t unit, std::int64_t begin, std::int64_t end, State& s) const noexcept {
    const auto [o, column, width] = tile_of<ExtremeColumns>(view, unit);
    const T* p = x + (o * view.n + begin) * view.inner + column;
    std::copy(p, p + width, s.best);
    for (auto j = begin + 1; j < end; ++j) take(p += view.inner, width, s.best);
  }
  void merge(std::int64_t unit, State& a, const State& b) const noexcept {
    take(b.best, tile_of<ExtremeColumns>(view, unit).width, a.best);
  }
  void done(std::int64_t unit, const State& s) const noexcept {
    const auto [o, column, width] = tile_of<ExtremeColumns>(view, unit);
    std::copy(s.best, s.best + width, value + o * view.inner + column);
  }

 private:
  static void take(const T* __restrict p, std::int64_t width, T* __restrict best) noexcept {
    for (std::int64_t c = 0; c < width; ++c)
      best[c] = beats<largest>(p[c], best[c]) ? p[c] : best[c];
  }
};

template <class T>
void find_in_rows(const View& view, const T* x, const T* value, std::int64_t* index) {
  const auto grain = grain_of(grain_bytes, view.n * std::int64_t{sizeof(T)});
  parallel_for(view.outer, grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto row = begin; row < end; ++row) {
      const T* p = x + row * view.n;
      std::int64_t j = 0;
      while (!matches(p[j], value[row])) ++j;
      index[row] = j;
    }
  });
}

// From the last row to the first, so that the first match is what remains.
template <class T>
void find_in_columns(const View& view, const T* x, const T* value, std::int64_t* index) {
  const auto grain = grain_of(grain_bytes, view.n * view.inner * std::int64_t{sizeof(T)});
  parallel_for(view.outer, grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto o = begin; o < end; ++o) {
      const T* v = value + o * view.inner;
      std::int64_t* found = index + o * view.inner;
      for (auto j = view.n - 1; j >= 0; --j) {
        const T* p = x + (o * view.n + j) * view.inner;
        for (std::int64_t c = 0; c < view.inner; ++c) found[c] = matches(p[c], v[c]) ? j : found[c];
      }
    }
  });
}

template <class T, bool largest>
void forward(const View& view, const T* x, T* value, void* scratch) {
  if (view.inner == 1) {
    run_policy<T>(ExtremeRows<T, largest>{view, x, value}, scratch);
  } else {
    run_policy<T>(ExtremeColumns<T, largest>{view, x, value}, scratch);
  }
}

template <class T>
void forward(const View& view, const T* x, bool largest, T* value, std::int64_t* index,
             void* scratch) {
  largest ? forward<T, true>(view, x, value, scratch) : forward<T, false>(view, x, value, scratch);
  if (!index) return;
  view.inner == 1 ? find_in_rows(view, x, value, index) : find_in_columns(view, x, value, index);
}

template <class T>
std::int64_t scratch(const View& view) {
  return view.inner == 1 ? blocks_of<ExtremeRows<T, true>>(view).scratch()
                         : blocks_of<ExtremeColumns<T, true>>(view).scratch();
}

template <class T>
void backward(const View& view, const std::int64_t* index, const T* g, bool accumulate, T* dx) {
  const auto size = view.n * view.inner;
  const auto grain = grain_of(grain_bytes, size * std::int64_t{sizeof(T)});
  parallel_for(view.outer, grain, [&](std::int64_t begin, std::int64_t end) {
    if (!accumulate) std::fill(dx + begin * size, dx + end * size, T{0});
    for (auto o = begin; o < end; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        const auto at = o * view.inner + i;
        dx[o * size + index[at] * view.inner + i] += g[at];
      }
    }
  });
}

template <class T>
void share(std::int64_t n, const T* x, T value, T g, bool accumulate, T* dx) {
  std::int64_t count = 0;
  for (std::int64_t j = 0; j < n; ++j) count += matches(x[j], value);
  const T part = g / static_cast<T>(count);
  for (std::int64_t j = 0; j < n; ++j) {
    dx[j] = (accumulate ? dx[j] : T{0}) + (matches(x[j], value) ? part : T{0});
  }
}

}  // namespace

template <class T>
Extreme<T> extreme_kernels() {
  return {.scratch = scratch<T>, .forward = forward<T>, .backward = backward<T>, .share = share<T>};
}
template Extreme<float> extreme_kernels();
template Extreme<double> extreme_kernels();
template Extreme<std::int64_t> extreme_kernels();
template Extreme<std::uint8_t> extreme_kernels();

}  // namespace deepcore
