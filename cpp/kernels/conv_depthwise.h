// Depthwise convolutions of 3x3 with stride 1, each channel alone, straight from the image: what
// lies beside it is masked out of the vectors, and no row is read for what lies above or below.
//
//   y[i, j] = sum over k and l of w[k, l] x[i + k - p, j + l - p]
//
// A tile is some rows of one vector. A row of x is read for all of the tile's rows it belongs to.
// The gradient of x is the same on images that stand on their heads, with columns mirrored. That of
// w is a chain over the rows of a column of 64 bytes; columns, then images are added in order, then
// lanes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/flush.h"
#include "base/lanes.h"
#include "base/parallel.h"
#include "base/vec.h"
#include "kernels/activate.h"
#include "kernels/conv.h"
#include "kernels/conv_copy.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_split.h"
#include "kernels/normalizer.h"

namespace deepcore {

inline bool is_depthwise_3x3(const ConvShape& s) noexcept {
  const auto& [d, h, w] = s.axes;
  const auto fits = [](const ConvAxis& a) {
    return a.kernel == 3 && a.stride == 1 && a.dilation == 1;
  };
  return s.group_channels() == 1 && s.group_outputs() == 1 && d.kernel == 1 && d.in == 1 &&
         d.out == 1 && fits(h) && fits(w);
}

// The lanes of p that the mask holds. Where the others are memory of the tensor too, they are read
// and dropped: masked loads wait for stores to other pages that share their last 12 bits, with
// which this took up to five times as long.
template <bool guarded, class T>
[[gnu::always_inline]] inline Vec<T> read_lanes(const T* p, Mask<T> mask) noexcept {
  if constexpr (guarded) return load_lanes(p, mask);
  return keep<T>(load(p), mask);
}

// One column of vectors: row i of the plane that is walked (`to`, or the gradient of y) meets rows
// i + k - above of `from`.
template <class T>
struct DepthwiseColumn {
  std::int64_t first;  // where its first lane of row 0 lies in a plane
  std::int64_t from_row, rows, above, shift[3];
  Mask<T> inside[3];
  int count;  // of lanes of what is walked

  bool holds(std::int64_t row) const noexcept { return row >= 0 && row < rows; }

  // b[l] = what tap l meets in a row.
  template <bool guarded>
  [[gnu::always_inline]] void read(const T* row, bool there, Vec<T> (&b)[3]) const noexcept {
    asm("" : "+r"(row));
    each<3, 1>([&](int l, int) {
      b[l] = there ? read_lanes<guarded>(row + shift[l], inside[l]) : Vec<T>{};
    });
  }
};

// f(row, R) over all rows in tiles, the largest first.
template <int R, class F>
[[gnu::always_inline]] inline void for_tiles(std::int64_t row, std::int64_t rows,
                                             const F& f) noexcept {
  for (; row + R <= rows; row += R) f(row, std::integral_constant<int, R>{});
  if constexpr (R > 1) for_tiles<R / 2>(row, rows, f);
}

template <class T>
class Depthwise {
 public:
  // `from` in x or dy, walked as `direction` says.
  Depthwise(const ConvShape& shape, ConvDirection direction)
      : up_(direction == ConvDirection::backward) {
    const auto& h = shape.axes[1];
    const auto& w = shape.axes[2];
    from_rows_ = up_ ? h.out : h.in, to_rows_ = up_ ? h.in : h.out;
    from_width_ = up_ ? w.out : w.in, to_width_ = up_ ? w.in : w.out;
    above_ = up_ ? 2 - h.padding : h.padding;
    for (int l = 0; l < 3; ++l) shift_[l] = up_ ? w.padding - l : l - w.padding;
    for (std::int64_t j = 0; j < to_width_; j += lanes<T>) columns_.push_back(column(j));
  }

  // From left to right, lanes<T> apart.
  const std::vector<DepthwiseColumn<T>>& columns() const noexcept { return columns_; }
  std::int64_t rows() const noexcept { return to_rows_; }

  // Row i of a plane of `to`, as it is walked.
  std::int64_t to_row() const noexcept { return up_ ? -to_width_ : to_width_; }
  std::int64_t to_first() const noexcept { return up_ ? (to_rows_ - 1) * to_width_ : 0; }

  // Of plane n of so many.
  bool guarded(std::int64_t n, std::int64_t planes) const noexcept {
    const auto reach = lanes<T> + std::abs(shift_[0]) + std::abs(shift_[2]);
    const auto from = from_rows_ * from_width_, to = to_rows_ * to_width_;
    return n * from < reach || (planes - 1 - n) * std::min(from, to) < reach;
  }

 private:
  DepthwiseColumn<T> column(std::int64_t j) const noexcept {
    DepthwiseColumn<T> c;
    c.count = static_cast<int>(std::min<std::int64_t>(lanes<T>, to_width_ - j));
    c.from_row = up_ ? -from_width_ : from_width_;
    c.rows = from_rows_;
    c.above = above_;
    c.first = j + (up_ ? (from_rows_ - 1) * from_width_ : 0);
    for (int l = 0; l < 3; ++l) {
      const auto at = j + shift_[l];
      c.shift[l] = shift_[l];
      c.inside[l] = lanes_between<T>(-at, std::min(from_width_ - at, to_width_ - j));
    }
    return c;
  }

  bool up_;
  std::int64_t from_rows_, to_rows_, from_width_, to_width_, above_, shift_[3];
  std::vector<DepthwiseColumn<T>> columns_;
};

template <class T>
struct DepthwisePlane {
  const T *from, *weight;
  bool add, relu;
  T bias;
  bool has_bias;
  const Normalizer<T>* norm;
};

// Some rows of a plane from end to end before the next, so that memory is read and written in
// ascending order, which a processor foresees.
template <bool guarded, class T>
[[gnu::flatten]] void run_depthwise_plane(const Depthwise<T>& depthwise, const DepthwisePlane<T> p,
                                          T* to) noexcept {
  // 8 sums beside 9 weights and 3 vectors.
  constexpr int most = vector_bytes == 64 ? 8 : 4;
  Vec<T> w[9];
  each<9, 1>([&](int k, int) { w[k] = splat(p.weight[k]); });
  const auto to_row = depthwise.to_row();
  const auto rows = depthwise.rows();
  for_tiles<most>(0, rows, [&]<int R>(std::int64_t tile, std::integral_constant<int, R>) {
    const auto row = to_row < 0 ? rows - R - tile : tile;
    T* at = to + row * to_row;
    for (const auto& column : depthwise.columns()) {
      const int count = column.count;
      const bool whole = count == lanes<T>;
      Vec<T> acc[R], b[3];
      each<R, 1>([&](int r, int) { acc[r] = Vec<T>{}; });
      const auto first = row - column.above;
      const T* from = p.from + column.first + first * column.from_row;
      const auto add = [&](int i) __attribute__((always_inline)) {
        each<3, 3>([&](int k, int l) {
          if (const int r = i - k; r >= 0 && r < R) acc[r] = fma(w[3 * k + l], b[l], acc[r]);
        });
        from += column.from_row;
      };
      if (column.holds(first) && column.holds(first + R + 1)) {
        each<R + 2, 1>([&](int i, int) __attribute__((always_inline)) {
          column.template read<guarded>(from, true, b);
          add(i);
        });
      } else {
        each<R + 2, 1>([&](int i, int) __attribute__((always_inline)) {
          column.template read<guarded>(from, column.holds(first + i), b);
          add(i);
        });
      }
      const auto out = [&](int r) { return at + r * to_row; };
      if (p.add) {
        each<R, 1>([&](int r, int) {
          acc[r] = (whole ? load(out(r)) : load_first(out(r), count)) + acc[r];
        });
      }
      if (p.has_bias) each<R, 1>([&](int r, int) { acc[r] = acc[r] + splat(p.bias); });
      if (p.norm) each<R, 1>([&](int r, int) { acc[r] = (*p.norm)(acc[r]); });
      if (p.relu) {
        each<R, 1>([&](int r, int) { acc[r] = activate<T, Activation::relu>(acc[r], T{0}); });
      }
      each<R, 1>(
          [&](int r, int) { whole ? store(out(r), acc[r]) : store_first(out(r), acc[r], count); });
      at += lanes<T>;
    }
  });
}

template <class T>
void run_depthwise(const ConvArgs<T>& args) {
  const auto& s = args.shape;
  const Depthwise<T> depthwise(s, args.direction);
  const ConvSides sides(s, args.direction);
  const auto planes = s.batch * s.groups;
  const auto pieces = conv_threads(s, args.threads);
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    const Split split(planes, pieces);
    for (auto n = split.begin(begin); n < split.begin(end); ++n) {
      const auto c = n % s.groups;
      T* out = (args.z ? args.z : args.to) + n * sides.to_pixels;
      const bool relu = args.activation == Activation::relu && !args.z;
      const auto norm = args.norm ? normalizer(*args.norm, c) : Normalizer<T>{};
      const DepthwisePlane<T> plane{.from = args.from + n * sides.from_pixels,
                                    .weight = args.weight + 9 * c,
                                    .add = args.accumulate,
                                    .relu = args.norm ? args.norm->relu : relu,
                                    .bias = args.bias ? args.bias[c] : T{0},
                                    .has_bias = args.bias != nullptr,
                                    .norm = args.norm ? &norm : nullptr};
      const bool guarded = depthwise.guarded(n, planes);
      const auto run = guarded ? run_depthwise_plane<true, T> : run_depthwise_plane<false, T>;
      run(depthwise, plane, out + depthwise.to_first());
      if (args.activation != Activation::none && !relu) {
        activate_span(args.to + n * sides.to_pixels, out, sides.to_pixels, args.activation,
                      args.slope);
      }
    }
  });
}

// sums[3 k + l] += a chain over the rows of a column.
template <bool guarded, class T>
[[gnu::flatten]] void add_depthwise_column(const DepthwiseColumn<T> column, const T* x, const T* dy,
                                           std::int64_t dy_row, std::int64_t rows, T* sums,
                                           std::int64_t step) noexcept {
  constexpr int most = vector_bytes == 64 ? 4 : 2;
  Vec<T> acc[9];
  each<9, 1>([&](int k, int) { acc[k] = Vec<T>{}; });
  const Mask<T> walked = first_lanes<T>(column.count);
  for_tiles<most>(0, rows, [&]<int R>(std::int64_t row, std::integral_constant<int, R>) {
    Vec<T> d[R], b[3];
    each<R, 1>([&](int r, int) { d[r] = read_lanes<guarded>(dy + (row + r) * dy_row, walked); });
    const auto first = row - column.above;
    const T* from = x + column.first + first * column.from_row;
    each<R + 2, 1>([&](int i, int) __attribute__((always_inline)) {
      column.template read<guarded>(from, column.holds(first + i), b);
      each<3, 3>([&](int k, int l) {
        if (const int r = i - k; r >= 0 && r < R) acc[3 * k + l] = fma(d[r], b[l], acc[3 * k + l]);
      });
      from += column.from_row;
    });
  });
  each<9, 1>([&](int k, int) { store(sums + k * step, load(sums + k * step) + acc[k]); });
}

// The gradient of one channel's weights.
template <class T>
void depthwise_weights(const ConvWeightArgs<T>& args, const Depthwise<T>& depthwise,
                       std::int64_t c) noexcept {
  const auto& s = args.shape;
  alignas(64) T sums[9 * line<T>] = {};
  for (std::int64_t n = 0; n < s.batch; ++n) {
    const auto plane = n * s.groups + c;
    const T* x = args.x + plane * s.in_pixels();
    const T* dy = args.dy + plane * s.out_pixels();
    const bool guarded = depthwise.guarded(plane, s.batch * s.groups);
    // Columns of vectors are no pattern that a processor foresees: the next planes are fetched
    // while these are added.
    if (n + 1 < s.batch) {
      fetch_span(x + s.channels * s.in_pixels(), s.in_pixels());
      fetch_span(dy + s.outputs * s.out_pixels(), s.out_pixels());
    }
    const auto add = guarded ? add_depthwise_column<true, T> : add_depthwise_column<false, T>;
    std::int64_t j = 0;
    for (const auto& column : depthwise.columns()) {
      add(column, x, dy + j, depthwise.to_row(), depthwise.rows(), sums + j % line<T>, line<T>);
      j += lanes<T>;
    }
  }
  for (int k = 0; k < 9; ++k) {
    const T sum = fold_lanes(sums + k * line<T>);
    T& to = args.dw[9 * c + k];
    to = args.accumulate ? to + sum : sum;
  }
}

template <class T>
void run_depthwise_weights(const ConvWeightArgs<T>& args) {
  const Depthwise<T> depthwise(args.shape, ConvDirection::forward);
  const auto pieces = conv_threads(args.shape, args.threads);
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    const Split split(args.shape.groups, pieces);
    for (auto c = split.begin(begin); c < split.begin(end); ++c) {
      depthwise_weights(args, depthwise, c);
    }
  });
}

}  // namespace deepcore
