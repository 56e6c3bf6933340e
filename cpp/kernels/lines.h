// A line: what is normalized together, and how families that need several passes over one read it.
// A row is one line with its lanes along n; a strip is sixteen (or eight) columns side by side,
// each lane a line of its own.
#pragma once

#include <limits>

#include "kernels/math.h"
#include "kernels/sums.h"

namespace deepcore {

template <class T>
inline Wide<T> exp_wide(const Wide<T>& w) noexcept {
  return each([](Vec<T> v) { return math::exp<T>(v); }, w);
}
template <class T>
inline Wide<T> log_wide(const Wide<T>& w) noexcept {
  return each([](Vec<T> v) { return math::log<T>(v); }, w);
}

// The larger, NaN when either is.
template <class T>
inline Vec<T> larger(Vec<T> a, Vec<T> b) noexcept {
  return select<T>((b > a) | (b != b), b, a);
}

template <class T>
class Row {
 public:
  Row(std::int64_t row, std::int64_t n) noexcept : row_(row), n_(n) {}

  template <class Term>
  Wide<T> sum(const Term& term) const noexcept {
    return splat_wide(sum_row<T>(row_, n_, term));
  }
  Wide<T> max(const T* x) const noexcept {
    constexpr T least = -std::numeric_limits<T>::infinity();
    const auto better = [](Vec<T> a, Vec<T> b) { return larger<T>(a, b); };
    return splat_wide(fold_row_block(row_, n_, 0, n_, least, better, Value<T>{x}));
  }
  // Calls step(cursor) for all elements, sixteen at a time.
  template <class Step>
  void for_each(const Step& step) const noexcept {
    for_lanes<T>(0, n_, [&](auto j, int count) {
      step(RowCursor<T>{row_, row_ * n_ + j, j, count});
    });
  }
  // Reads and writes the line's element of an array of shape (outer, inner).
  Wide<T> reduced(const T* p) const noexcept { return splat_wide(p[row_]); }
  void put_reduced(T* y, const Wide<T>& value) const noexcept { y[row_] = value.part[0][0]; }
  // Calls step(lane, element of an array of shape (outer, inner)) for each line that is here.
  template <class Step>
  void for_reduced(const Step& step) const noexcept {
    step(0, row_);
  }

 private:
  std::int64_t row_, n_;
};

template <class T>
class Strip {
 public:
  Strip(const View& view, std::int64_t o, std::int64_t column) noexcept
      : n_(view.n),
        stride_(view.inner),
        offset_(o * n_ * stride_ + column),
        reduced_(o * stride_ + column),
        count_(static_cast<int>(std::min<std::int64_t>(stride_ - column, wide_lanes<T>))) {}

  // Rows `first` ... first + count - 1 in staging buffers of shape (n, wide_lanes).
  Strip(std::int64_t n, std::int64_t first, int count) noexcept
      : n_(n), stride_(wide_lanes<T>), offset_(0), reduced_(first), count_(count) {}

  template <class Term>
  Wide<T> sum(const Term& term) const noexcept {
    Wide<T> sum = {};
    const auto leaf = [&](auto block, Wide<T>& s) {
      s = {};
      const auto last = std::min(n_, (block + 1) * column_block);
      for (auto j = block * column_block; j < last; ++j) s = s + term(at(j));
    };
    merge_blocks(sum, 0, ceil_div(n_, column_block), leaf,
                 [](Wide<T>& a, const Wide<T>& b) { a = a + b; });
    return sum;
  }
  Wide<T> max(const T* x) const noexcept {
    auto max = splat_wide(-std::numeric_limits<T>::infinity());
    for_each([&](const auto& at) {
      max = each([](Vec<T> a, Vec<T> b) { return larger<T>(a, b); }, max, at.full(x));
    });
    return max;
  }
  template <class Step>
  void for_each(const Step& step) const noexcept {
    for (std::int64_t j = 0; j < n_; ++j) step(at(j));
  }
  Wide<T> reduced(const T* p) const noexcept { return load_first_wide(p + reduced_, count_); }
  void put_reduced(T* y, const Wide<T>& value) const noexcept {
    store_first_wide(y + reduced_, value, count_);
  }
  template <class Step>
  void for_reduced(const Step& step) const noexcept {
    for (int lane = 0; lane < count_; ++lane) step(lane, reduced_ + lane);
  }

 private:
  ColumnCursor<T> at(std::int64_t j) const noexcept {
    return {offset_ + j * stride_, reduced_, 0, j, count_};
  }
  std::int64_t n_, stride_, offset_, reduced_;
  int count_;
};

inline constexpr std::int64_t short_row = 32;

// Sixteen (or eight) short rows as the columns of a strip.
template <class T>
struct Staging {
  T value[short_row * wide_lanes<T>];

  const T* take(const T* x, std::int64_t n, int rows) noexcept {
    for (int r = 0; r < rows; ++r) {
      for (std::int64_t j = 0; j < n; ++j) value[j * wide_lanes<T> + r] = x[r * n + j];
    }
    return value;
  }
  void give(T* y, std::int64_t n, int rows, bool accumulate) const noexcept {
    for (int r = 0; r < rows; ++r) {
      for (std::int64_t j = 0; j < n; ++j) {
        const T v = value[j * wide_lanes<T> + r];
        y[r * n + j] = accumulate ? y[r * n + j] + v : v;
      }
    }
  }
};

// Whether the lines of a view are staged.
template <class T>
constexpr bool is_staged(const View& view) noexcept {
  return view.inner == 1 && view.n <= short_row;
}

// An exp and its share of the passes over a line cost about as much as moving 16 bytes.
template <class T>
std::int64_t line_grain(std::int64_t elements) noexcept {
  return grain_of(grain_bytes, elements * 16);
}

// Calls body(line, out, in...) for every line of the view, split over threads: it writes to out, or
// adds where accumulate, arrays of the view's shape.
template <class T, class Body, class... In>
void for_short_rows(const View& view, T* out, bool accumulate, const Body& body, const In*... in) {
  const auto groups = ceil_div(view.outer, wide_lanes<T>);
  parallel_for(groups, line_grain<T>(view.n * wide_lanes<T>), [&](auto begin, auto end) {
    for (auto group = begin; group < end; ++group) {
      const auto first = group * wide_lanes<T>, offset = first * view.n;
      const int rows = static_cast<int>(std::min<std::int64_t>(view.outer - first, wide_lanes<T>));
      Staging<T> result;
      body(Strip<T>(view.n, first, rows), result.value, false,
           Staging<T>().take(in + offset, view.n, rows)...);
      if (out) result.give(out + offset, view.n, rows, accumulate);
    }
  });
}

template <class T, class Body, class... In>
void for_lines(const View& view, T* out, bool accumulate, const Body& body, const In*... in) {
  if (is_staged<T>(view)) return for_short_rows(view, out, accumulate, body, in...);
  const auto strips = ceil_div(view.inner, wide_lanes<T>);
  const auto lanes = std::min<std::int64_t>(view.inner, wide_lanes<T>);
  parallel_for(view.outer * strips, line_grain<T>(view.n * lanes), [&](auto begin, auto end) {
    for (auto unit = begin; unit < end; ++unit) {
      if (view.inner == 1) {
        body(Row<T>(unit, view.n), out, accumulate, in...);
      } else {
        const Strip<T> strip(view, unit / strips, unit % strips * wide_lanes<T>);
        body(strip, out, accumulate, in...);
      }
    }
  });
}

}  // namespace deepcore
