#include "kernels/avg_pool.h"

#include "kernels/pool_backward.h"
#include "kernels/pool_forward.h"

namespace deepcore {
namespace {

// What the sum of a window is divided by, if it has so many columns.
template <class T, bool several>
typename Windows<T, several>::Value divisor_of(const Averaging& how, const Rows& rows,
                                               const Columns<T, several>& columns) noexcept {
  using Value = typename Windows<T, several>::Value;
  if (how.divisor) return Value{} + static_cast<T>(how.divisor);
  const auto& [d, h] = rows;
  const auto count = how.count_padding ? d.padded * h.padded : d.count() * h.count();
  const auto width = how.count_padding ? columns.padded : columns.last - columns.first;
  if constexpr (several) {
    return __builtin_convertvector(width, Vec<T>) * splat(static_cast<T>(count));
  } else {
    return static_cast<T>(width) * static_cast<T>(count);
  }
}

template <class T, bool several>
struct Sum {
  using Value = typename Windows<T, several>::Value;
  Value value{};
  void take(Value x, int) noexcept { value = value + x; }
};

template <class T>
struct AverageFold {
  Averaging how;
  T* y;
  static constexpr T outside = 0;

  template <bool several>
  Sum<T, several> begin(const Rows&, const Columns<T, several>&) const noexcept {
    return {};
  }
  void put(const Rows& rows, const Columns<T, false>& columns, const Sum<T, false>& sum,
           std::int64_t at, int, std::int64_t) const noexcept {
    y[at] = sum.value / divisor_of(how, rows, columns);
  }
  [[gnu::always_inline]] void put(const Rows& rows, const Columns<T, true>& columns,
                                  const Sum<T, true>& sum, std::int64_t at, int n,
                                  std::int64_t room) const noexcept {
    const auto mean = sum.value / divisor_of(how, rows, columns);
    room >= lanes<T> ? store(y + at, mean) : store_first(y + at, mean, n);
  }
};

template <class T>
void forward(const Pooling& p, const Averaging& how, const T* x, T* y) {
  pool_forward(p, x, AverageFold<T>{how, y});
}

// Calls f(rows, columns, i) for every window of a plane, the i-th.
template <class T, class F>
void for_windows(const Pooling& p, const F& f) noexcept {
  std::int64_t i = 0;
  for (std::int64_t d = 0; d < p.d.out; ++d) {
    for (std::int64_t h = 0; h < p.h.out; ++h) {
      const Rows rows{span_of(p.d, d), span_of(p.h, h)};
      for (std::int64_t o = 0; o < p.w.out; ++o, ++i) {
        const Span w = span_of(p.w, o);
        f(rows, Columns<T, false>{w.start, w.first, w.last, w.padded}, i);
      }
    }
  }
}

// Whether every window counts as many elements as the others.
bool counts_alike(const Pooling& p, const Averaging& how) noexcept {
  const auto alike = [&](const PoolAxis& axis) {
    const Span last = span_of(axis, axis.out - 1);
    return how.count_padding ? last.padded == axis.kernel
                             : axis.padding == 0 && last.count() == axis.kernel;
  };
  return how.divisor || (alike(p.d) && alike(p.h) && alike(p.w));
}

// What the elements of a window get, all the same.
template <class T>
struct Shares {
  const T* g;
  std::int64_t windows;
  T divisor;

  Vec<T> plain(std::int64_t o, int) const noexcept { return load(g + o); }
  Vec<T> guarded(std::int64_t o, int) const noexcept { return load_inside(g + o, g, g + windows); }
  Vec<T> total(Vec<T> sum) const noexcept { return sum / splat(divisor); }
};

template <class T>
void divide(const Pooling& p, const Averaging& how, const T* g, T* share) {
  for_planes<T>(p, [&](auto begin, auto end) {
    for (auto at = begin * p.out(); at < end * p.out(); at += p.out()) {
      for_windows<T>(p, [&](const Rows& rows, const Columns<T, false>& columns, std::int64_t i) {
        share[at + i] = g[at + i] / divisor_of(how, rows, columns);
      });
    }
  });
}

// One plane: every window adds to its elements.
template <class T>
void scatter(const Pooling& p, const Averaging& how, const T* g, T* dx) noexcept {
  for_windows<T>(p, [&](const Rows& rows, const Columns<T, false>& w, std::int64_t i) {
    const T share = g[i] / divisor_of(how, rows, w);
    const auto& [d, h] = rows;
    for (auto z = d.start + d.first; z < d.start + d.last; ++z) {
      for (auto y = h.start + h.first; y < h.start + h.last; ++y) {
        T* const to = dx + (z * p.h.in + y) * p.w.in + w.start;
        for (auto k = w.first; k < w.last; ++k) to[k] += share;
      }
    }
  });
}

template <class T>
std::int64_t scratch(const Pooling& p, const Averaging& how) {
  if (!can_gather(p) || counts_alike(p, how)) return 0;
  return p.planes * p.out() * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void backward(const Pooling& p, const Averaging& how, const T* g, bool accumulate, T* dx,
              void* scratch) {
  const auto in = p.in(), out = p.out();
  if (can_gather(p)) {
    const bool alike = counts_alike(p, how);
    T* const share = static_cast<T*>(scratch);
    if (!alike) divide(p, how, g, share);
    const auto divisor = alike ? static_cast<T>(how.divisor ? how.divisor : p.taps()) : T{1};
    return pool_backward(p, Shares<T>{alike ? g : share, p.planes * out, divisor}, accumulate, dx);
  }
  for_planes<T>(p, [&](auto begin, auto end) {
    if (!accumulate) std::fill(dx + begin * in, dx + end * in, T{0});
    for (auto plane = begin; plane < end; ++plane) {
      scatter(p, how, g + plane * out, dx + plane * in);
    }
  });
}

}  // namespace

template <class T>
AvgPool<T> avg_pool_kernels() {
  return {.forward = forward<T>, .scratch = scratch<T>, .backward = backward<T>};
}
template AvgPool<float> avg_pool_kernels();
template AvgPool<double> avg_pool_kernels();

}  // namespace deepcore
