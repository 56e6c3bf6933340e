// The walk of a forward pass over its windows, for maxima and sums alike: lanes along the outputs
// of a row where the windows lie 1 or 2 apart, one by one elsewhere. Every window takes its
// elements in ascending order, so that both ways give the same bits.
//
// A Fold says what is done with the elements of a window: begin(rows, columns) makes the state of
// one window or of a vector of them, which has take(value, tap); `outside` is a value that changes
// nothing; put(rows, columns, state, at, n, room) stores n outputs from `at` on, and may write over
// what follows, as far as there is room: it is made later.
#pragma once

#include "base/lanes.h"
#include "kernels/pool_window.h"

namespace deepcore {

// kernel: that of the last axis, or 0 if it is known at run time only.
template <class T, int stride, int kernel, class Fold>
class PoolForward {
 public:
  PoolForward(const Pooling& p, const T* x, const Fold& fold) noexcept
      : p_(p), x_(x), end_(x + p.planes * p.in()), fold_(fold) {}

  void planes(std::int64_t begin, std::int64_t end) const noexcept {
    auto at = begin * p_.out();
    const T* x = x_ + begin * p_.in();
    for (auto plane = begin; plane < end; ++plane, x += p_.in()) {
      for (std::int64_t d = 0; d < p_.d.out; ++d) {
        Rows rows{span_of(p_.d, d), {}};
        for (std::int64_t h = 0; h < p_.h.out; ++h, at += p_.w.out) {
          rows.h = span_of(p_.h, h);
          row(x, rows, at, end * p_.out());
        }
      }
    }
  }

 private:
  // The outputs at ... at + w.out - 1 of those before `end`.
  void row(const T* x, const Rows& rows, std::int64_t at, std::int64_t end) const noexcept {
    if constexpr (stride == 0) {
      for (std::int64_t o = 0; o < p_.w.out; ++o) single(x, rows, o, at + o);
    } else {
      const T* first = line(x, rows, rows.d.first, rows.h.first);
      const T* last = line(x, rows, rows.d.last - 1, rows.h.last - 1);
      for (std::int64_t o = 0; o < p_.w.out; o += lanes<T>) {
        const auto n = std::min<std::int64_t>(lanes<T>, p_.w.out - o);
        const auto start = o * stride - p_.w.padding;
        const bool inside = start >= 0 && start + (n - 1) * stride + width() <= p_.w.in;
        const bool readable = first + start >= x_ && end_ - last >= start + reach();
        if (inside && readable) {
          several<true>(x, rows, start, at + o, n, end - (at + o));
        } else {
          several<false>(x, rows, start, at + o, n, end - (at + o));
        }
      }
    }
  }

  int width() const noexcept { return kernel ? kernel : static_cast<int>(p_.w.kernel); }
  // What a vector of windows reads of a line, with what goes into no window.
  std::int64_t reach() const noexcept { return width() + stride * lanes<T>; }

  const T* line(const T* x, const Rows& rows, std::int64_t d, std::int64_t h) const noexcept {
    const auto slice = rows.d.start + d * p_.d.dilation;
    return x + (slice * p_.h.in + rows.h.start + h * p_.h.dilation) * p_.w.in;
  }

  // Calls f(line, tap of its first element) for what the windows hold.
  template <class F>
  [[gnu::always_inline]] void for_lines(const T* x, const Rows& rows, const F& f) const noexcept {
    for (auto d = rows.d.first; d < rows.d.last; ++d) {
      for (auto h = rows.h.first; h < rows.h.last; ++h) {
        f(line(x, rows, d, h), static_cast<int>(d * p_.h.kernel + h) * width());
      }
    }
  }

  void single(const T* x, const Rows& rows, std::int64_t o, std::int64_t at) const noexcept {
    const Span w = span_of(p_.w, o);
    const Columns<T, false> columns{w.start, w.first, w.last, w.padded};
    auto state = fold_.begin(rows, columns);
    for_lines(x, rows, [&](const T* from, int tap) {
      for (auto k = w.first; k < w.last; ++k) {
        state.take(from[w.start + k * p_.w.dilation], tap + static_cast<int>(k));
      }
    });
    fold_.put(rows, columns, state, at, 1, 1);
  }

  // A vector of windows of which the first begins at `start`. Plain ones are whole, and all that
  // is read around them is there; the others look at every element's place.
  template <bool plain>
  [[gnu::always_inline]] void several(const T* x, const Rows& rows, std::int64_t start,
                                      std::int64_t at, std::int64_t n,
                                      std::int64_t room) const noexcept {
    const Columns<T, true> columns = columns_from<plain>(static_cast<Int<T>>(start));
    auto state = fold_.begin(rows, columns);
    const auto take = [&](Vec<T> v, int k, int tap) {
      if constexpr (!plain) {
        const auto valid = below<T>(columns.start + static_cast<Int<T>>(k), p_.w.in);
        v = select<T>(valid, v, splat(Fold::outside));
      }
      state.take(v, tap + k);
    };
    const auto get = [&](const T* from) {
      return plain ? load(from) : load_inside(from, x_, end_);
    };
    for_lines(x, rows, [&](const T* from, int tap) {
      from += start;
      for (int k = 0; k < width(); k += stride) {
        if constexpr (stride == 1) {
          take(get(from + k), k, tap);
        } else {
          const auto pair = take_apart<T>(get(from + k), get(from + k + lanes<T>));
          take(pair.even, k, tap);
          if (k + 1 < width()) take(pair.odd, k + 1, tap);
        }
      }
    });
    fold_.put(rows, columns, state, at, static_cast<int>(n), room);
  }

  template <bool plain>
  Columns<T, true> columns_from(Int<T> first) const noexcept {
    const Mask<T> zero{}, start = lane_index<T>() * stride + first;
    const Mask<T> whole = zero + static_cast<Int<T>>(width());
    if constexpr (plain) return {start, zero, whole, whole};
    const Mask<T> left = static_cast<Int<T>>(p_.w.in) - start;
    const Mask<T> padded = left + static_cast<Int<T>>(p_.w.padding);
    return {start, start < 0 ? -start : zero, left < whole ? left : whole,
            padded < whole ? padded : whole};
  }

  const Pooling& p_;
  const T *x_, *end_;
  const Fold& fold_;
};

template <class T, int stride, int kernel, class Fold>
void pool_forward(const Pooling& p, const T* x, const Fold& fold) {
  const PoolForward<T, stride, kernel, Fold> forward(p, x, fold);
  for_planes<T>(p, [&](auto begin, auto end) { forward.planes(begin, end); });
}

template <class T, class Fold>
void pool_forward(const Pooling& p, const T* x, const Fold& fold) {
  const auto kernel = p.w.kernel;
  if (in_lanes<2>(p.w)) {
    if (kernel == 2) return pool_forward<T, 2, 2>(p, x, fold);
    if (kernel == 3) return pool_forward<T, 2, 3>(p, x, fold);
    return pool_forward<T, 2, 0>(p, x, fold);
  }
  if (in_lanes<1>(p.w)) {
    if (kernel == 3) return pool_forward<T, 1, 3>(p, x, fold);
    return pool_forward<T, 1, 0>(p, x, fold);
  }
  pool_forward<T, 0, 0>(p, x, fold);
}

}  // namespace deepcore
