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

// kernel: that of the last axis, or 0 if it is known at run time only. Where `square`, windows are
// kernel x kernel elements of a slice of the volume, `stride` apart and whole: a row costs less.
template <class T, int stride, int kernel, bool square, class Fold>
class PoolForward {
 public:
  PoolForward(const Pooling& p, const T* x, const Fold& fold) noexcept
      : p_(p), x_(x), end_(x + p.planes * p.in()), fold_(fold) {}

  void planes(std::int64_t begin, std::int64_t end) const noexcept {
    const auto columns = p_.w.out;
    auto at = begin * p_.out();
    const T* x = x_ + begin * p_.in();
    for (auto plane = begin; plane < end; ++plane, x += p_.in()) {
      for (std::int64_t d = 0; d < p_.d.out; ++d) {
        Rows rows{square ? Span{d, 0, 1, 1} : span_of(p_.d, d), {}};
        for (std::int64_t h = 0; h < p_.h.out; ++h, at += columns) {
          rows.h = square ? Span{h * stride, 0, kernel, kernel} : span_of(p_.h, h);
          const Lines lines{x + (rows.d.start * p_.h.in + rows.h.start) * p_.w.in,
                            p_.d.dilation * p_.h.in * p_.w.in, p_.h.dilation * p_.w.in};
          row(lines, rows, columns, at, end * p_.out());
        }
      }
    }
  }

 private:
  // Where the lines of the windows of a row are, counted by tap from the one at `first`.
  struct Lines {
    const T* first;
    std::int64_t slice, line;

    const T* at(std::int64_t d, std::int64_t h) const noexcept {
      return first + d * slice + h * line;
    }
  };

  // The outputs from `at` on of those before `end`.
  [[gnu::always_inline]] void row(const Lines& lines, const Rows& rows, std::int64_t columns,
                                  std::int64_t at, std::int64_t end) const noexcept {
    if constexpr (stride == 0) {
      for (std::int64_t o = 0; o < columns; ++o) single(lines, rows, o, at + o);
    } else {
      const auto before = lines.at(rows.d.first, rows.h.first) - x_;
      const auto behind = end_ - lines.at(rows.d.last - 1, rows.h.last - 1);
      for (std::int64_t o = 0; o < columns; o += lanes<T>) {
        const auto n = std::min<std::int64_t>(lanes<T>, columns - o);
        const auto start = o * stride - (square ? 0 : p_.w.padding);
        const bool inside = square || (start >= 0 && start + (n - 1) * stride + width() <= p_.w.in);
        const auto room = end - (at + o);
        if (before + start < 0 || behind < start + reach()) {
          several<false, false>(lines, rows, start, at + o, n, room);
        } else if (inside) {
          several<true, true>(lines, rows, start, at + o, n, room);
        } else {
          several<true, false>(lines, rows, start, at + o, n, room);
        }
      }
    }
  }

  int width() const noexcept { return kernel ? kernel : static_cast<int>(p_.w.kernel); }
  // What a vector of windows reads of a line, with what goes into no window.
  std::int64_t reach() const noexcept { return width() + stride * lanes<T>; }

  // Calls f(line, tap of its first element) for what the windows hold.
  template <class F>
  [[gnu::always_inline]] void for_lines(const Lines& lines, const Rows& rows,
                                        const F& f) const noexcept {
    for (auto d = rows.d.first; d < rows.d.last; ++d) {
      for (auto h = rows.h.first; h < rows.h.last; ++h) {
        f(lines.at(d, h), static_cast<int>(d * p_.h.kernel + h) * width());
      }
    }
  }

  void single(const Lines& lines, const Rows& rows, std::int64_t o,
              std::int64_t at) const noexcept {
    const Span w = span_of(p_.w, o);
    const Columns<T, false> columns{w.start, w.first, w.last, w.padded};
    auto state = fold_.begin(rows, columns);
    for_lines(lines, rows, [&](const T* from, int tap) {
      for (auto k = w.first; k < w.last; ++k) {
        state.take(from[w.start + k * p_.w.dilation], tap + static_cast<int>(k));
      }
    });
    fold_.put(rows, columns, state, at, 1, 1);
  }

  // A vector of windows of which the first begins at `start`. readable: what is read around them is
  // there; inside: they are whole.
  template <bool readable, bool inside>
  [[gnu::always_inline]] void several(const Lines& lines, const Rows& rows, std::int64_t start,
                                      std::int64_t at, std::int64_t n,
                                      std::int64_t room) const noexcept {
    const Columns<T, true> columns = columns_from<inside>(static_cast<Int<T>>(start));
    auto state = fold_.begin(rows, columns);
    const auto take = [&](Vec<T> v, int k, int tap) {
      if constexpr (!inside) {
        const auto valid = below<T>(columns.start + static_cast<Int<T>>(k), p_.w.in);
        v = select<T>(valid, v, splat(Fold::outside));
      }
      state.take(v, tap + k);
    };
    const bool wide = n * stride > lanes<T>;  // else one vector has all that the windows hold
    const auto get = [&](const T* from) {
      return readable ? load(from) : load_inside(from, x_, end_);
    };
    for_lines(lines, rows, [&](const T* from, int tap) {
      from += start;
      for (int k = 0; k < width(); k += stride) {
        if constexpr (stride == 1) {
          take(get(from + k), k, tap);
        } else {
          const auto pair =
              take_apart<T>(get(from + k), wide ? get(from + k + lanes<T>) : Vec<T>{});
          take(pair.even, k, tap);
          if (k + 1 < width()) take(pair.odd, k + 1, tap);
        }
      }
    });
    fold_.put(rows, columns, state, at, static_cast<int>(n), room);
  }

  template <bool inside>
  Columns<T, true> columns_from(Int<T> first) const noexcept {
    const Mask<T> zero{}, start = lane_index<T>() * stride + first;
    const Mask<T> whole = zero + static_cast<Int<T>>(width());
    if constexpr (inside) return {start, zero, whole, whole};
    const Mask<T> left = static_cast<Int<T>>(p_.w.in) - start;
    const Mask<T> padded = left + static_cast<Int<T>>(p_.w.padding);
    return {start, start < 0 ? -start : zero, left < whole ? left : whole,
            padded < whole ? padded : whole};
  }

  const Pooling& p_;
  const T *x_, *end_;
  const Fold& fold_;
};

template <class T, int stride, int kernel, bool square = false, class Fold>
void pool_forward(const Pooling& p, const T* x, const Fold& fold) {
  const PoolForward<T, stride, kernel, square, Fold> forward(p, x, fold);
  for_planes<T>(p, [&](auto begin, auto end) { forward.planes(begin, end); });
}

template <class T, class Fold>
void pool_forward(const Pooling& p, const T* x, const Fold& fold) {
  const auto kernel = p.w.kernel;
  if (in_lanes<2>(p.w)) {
    if (kernel == 2 && is_square(p)) return pool_forward<T, 2, 2, true>(p, x, fold);
    if (kernel == 3 && is_square(p)) return pool_forward<T, 2, 3, true>(p, x, fold);
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
