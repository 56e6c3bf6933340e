// Batch norm of short runs: (N, C) features, and images of a few pixels. All elements of an image
// lie side by side in lanes as columns, and the columns of a channel are joined at the end.
#pragma once

#include "kernels/norm.h"
#include "kernels/runs.h"
#include "kernels/stages.h"
#include "kernels/sums.h"
#include "kernels/variance.h"

namespace deepcore {

inline View columns_of(const NormShape& shape) noexcept {
  return {1, shape.batch, shape.channels * shape.length};
}

// What the mean and variance of a set bring to dx, from its sums of w dy and w dy x̂.
template <class T>
GradientMap<T> gradient_map(const NormGradientArgs<T>& g, std::int64_t set, T n, T plain,
                            T normalized) noexcept {
  if (g.fixed) return {T{0}, T{0}};
  const T inverse = inverse_deviation(g.forward, set);
  return {-(inverse * (normalized / n)) * inverse, -(inverse * (plain / n))};
}

// For each column, what its channel is normalized with.
template <class T>
struct ColumnNormalizer {
  T *mean, *scale, *shift;

  // `memory` holds three numbers a column.
  ColumnNormalizer(const NormArgs<T>& a, T* memory) noexcept {
    const auto channels = a.shape.channels, length = a.shape.length;
    mean = memory;
    scale = mean + channels * length;
    shift = scale + channels * length;
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto by = normalizer(a, c);
      std::fill_n(mean + c * length, length, by.mean);
      std::fill_n(scale + c * length, length, by.scale);
      std::fill_n(shift + c * length, length, by.shift);
    }
  }
  Wide<T> operator()(const Wide<T>& x, std::int64_t column, int count) const noexcept {
    return each([](Vec<T> v, Vec<T> m, Vec<T> s, Vec<T> b) { return fma(v - m, s, b); }, x,
                take(mean, column, count), take(scale, column, count), take(shift, column, count));
  }
};

// Calls step(offset, column, count) for the lanes of all rows, split over threads.
template <class T, class Step>
void for_columns(const NormShape& shape, std::int64_t arrays, const Step& step) {
  const auto columns = shape.channels * shape.length;
  Stages::over(shape.batch, arrays * columns * std::int64_t{sizeof(T)}, [&](auto row) {
    for_lanes<T>(0, columns, [&](auto j, int count) { step(row * columns + j, j, count); });
  });
}

template <class T>
void columns_apply(const NormArgs<T>& a, T* y, void* scratch) {
  const ColumnNormalizer<T> normalizer(a, static_cast<T*>(scratch));
  for_columns<T>(a.shape, 2, [=, x = a.x, relu = a.relu](auto offset, auto column, int count) {
    auto value = normalizer(take(x, offset, count), column, count);
    if (relu) value = zero_unless_positive(value, value);
    store_first_wide(y + offset, value, count);
  });
}

template <class T>
void columns_forward(const NormArgs<T>& a, T* y, void* scratch) {
  const auto channels = a.shape.channels, length = a.shape.length;
  const auto view = columns_of(a.shape);
  T *means = static_cast<T*>(scratch), *variances = means + view.inner;
  variance_kernels<T>().forward(view, a.x, T{0}, means, variances, variances + view.inner);
  for (std::int64_t c = 0; c < channels; ++c) {
    const T *m = means + c * length, *v = variances + c * length;
    T mean{0}, variance{0};
    for (std::int64_t i = 0; i < length; ++i) mean += m[i];
    mean /= static_cast<T>(length);
    for (std::int64_t i = 0; i < length; ++i) variance += v[i] + (m[i] - mean) * (m[i] - mean);
    a.mean[c] = mean;
    a.variance[c] = variance / static_cast<T>(length);
  }
  columns_apply(a, y, scratch);
}

// Sums of dy and of dy (x - mean) down columns.
template <class T>
struct ColumnGradients {
  static constexpr std::int64_t block = column_block, tile = 1024 / sizeof(T);
  struct State {
    T plain[tile], centered[tile];
  };
  View view;
  const T *x, *dy;
  bool relu;
  ColumnNormalizer<T> normalizer;
  T *plain, *centered;

  template <class Cursor>
  Wide<T> gradient(const Cursor& at) const noexcept {
    const auto g = at.full(dy);
    if (!relu) return g;
    return zero_unless_positive(normalizer(at.full(x), at.reduced_offset, at.count), g);
  }
  void leaf(std::int64_t unit, std::int64_t begin, std::int64_t end, State& s) const noexcept {
    const FlushToZero flush;
    const auto where = tile_of<ColumnGradients>(view, unit);
    sum_column_block(view, where, begin, end, s.plain,
                     [this](const auto& at) { return gradient(at); });
    sum_column_block(view, where, begin, end, s.centered, [this](const auto& at) {
      return gradient(at) * (at.full(x) - at.reduced(normalizer.mean));
    });
  }
  void merge(std::int64_t unit, State& a, const State& b) const noexcept {
    const auto width = tile_of<ColumnGradients>(view, unit).width;
    for (std::int64_t c = 0; c < width; ++c) {
      a.plain[c] += b.plain[c];
      a.centered[c] += b.centered[c];
    }
  }
  void done(std::int64_t unit, const State& s) const noexcept {
    const auto [o, column, width] = tile_of<ColumnGradients>(view, unit);
    std::copy_n(s.plain, width, plain + column);
    std::copy_n(s.centered, width, centered + column);
  }
};

// Joins the columns of each channel; `plain` and `centered` become, for each column, the offset and
// slope of its channel's GradientMap.
template <class T>
void join_columns(const NormGradientArgs<T>& g, T* plain, T* centered) noexcept {
  const auto& a = g.forward;
  const auto channels = a.shape.channels, length = a.shape.length;
  const auto n = static_cast<T>(a.shape.batch * length);
  for (std::int64_t c = 0; c < channels; ++c) {
    T *p = plain + c * length, *q = centered + c * length;
    T sum{0}, normalized{0};
    for (std::int64_t i = 0; i < length; ++i) {
      sum += p[i];
      normalized += q[i];
    }
    normalized *= inverse_deviation(a, c);
    g.sums[c] = normalized;
    g.sums[channels + c] = sum;
    const T weight = a.weight ? a.weight[c] : T{1};
    const auto map = gradient_map(g, c, n, weight * sum, weight * normalized);
    std::fill_n(p, length, map.offset);
    std::fill_n(q, length, map.slope);
  }
}

template <class T>
void columns_backward(const NormGradientArgs<T>& g, void* scratch) {
  const auto& a = g.forward;
  const auto view = columns_of(a.shape);
  T *memory = static_cast<T*>(scratch), *plain = memory + 3 * view.inner;
  T *centered = plain + view.inner, *states = centered + view.inner;
  const ColumnNormalizer<T> by(a, memory);
  run_policy<T>(ColumnGradients<T>{view, a.x, g.dy, a.relu, by, plain, centered}, states);
  join_columns(g, plain, centered);
  if (!g.dx) return;
  for_columns<T>(a.shape, 3, [=, &g, x = a.x](auto offset, auto column, int count) {
    const auto v = take(x, offset, count);
    auto d = take(g.dy, offset, count);
    if (g.forward.relu) d = zero_unless_positive(by(v, column, count), d);
    const auto fused = [](Vec<T> p, Vec<T> q, Vec<T> r) { return fma(p, q, r); };
    const auto through = each(fused, v - take(by.mean, column, count),
                              take(centered, column, count), take(plain, column, count));
    auto value = each(fused, d, take(by.scale, column, count), through);
    if (g.accumulate) value = take(g.dx, offset, count) + value;
    store_first_wide(g.dx + offset, value, count);
  });
}

template <class T>
std::int64_t columns_scratch(const NormShape& shape) {
  const auto view = columns_of(shape);
  const auto forward = variance_kernels<T>().scratch(view);
  const auto backward = blocks_of<ColumnGradients<T>>(view).scratch();
  return 5 * view.inner * std::int64_t{sizeof(T)} + std::max(forward, backward);
}

}  // namespace deepcore
