#include "kernels/layer_norm.h"

#include "base/flush.h"
#include "kernels/lines.h"
#include "kernels/reduce.h"
#include "kernels/runs.h"

namespace deepcore {
namespace {

// Rows whose gradients are still in the L2 when their columns are added up.
constexpr std::int64_t backward_block = 32;

template <class T>
Wide<T> fused(const Wide<T>& a, const Wide<T>& b, const Wide<T>& c) noexcept {
  return each([](Vec<T> p, Vec<T> q, Vec<T> r) { return fma(p, q, r); }, a, b, c);
}

template <class T>
Wide<T> inverse_root(const Wide<T>& w) noexcept {
  return each([](Vec<T> v) { return splat(T{1}) / sqrt(v); }, w);
}

// x - mean, or x.
template <bool centered, class T, class Cursor>
Wide<T> deviation(const Cursor& at, const T* x, const Wide<T>& mean) noexcept {
  if constexpr (centered) return at.full(x) - mean;
  return at.full(x);
}

template <bool centered, class T, class Line>
void normalize_line(const LayerNormArgs<T>& a, const Line& line, const T* x, T* y) noexcept {
  const auto share = splat_wide(T{1} / static_cast<T>(a.n));
  Wide<T> mean = {};
  if constexpr (centered) {
    mean = line.sum([&](const auto& at) { return at.full(x); }) * share;
    line.put_reduced(a.mean, mean);
  }
  const auto square = line.sum([&](const auto& at) {
    const auto d = deviation<centered>(at, x, mean);
    return d * d;
  });
  const auto inverse = inverse_root(fused(square, share, splat_wide(a.eps)));
  line.put_reduced(a.inverse, inverse);
  line.for_each([&](const auto& at) {
    auto value = deviation<centered>(at, x, mean) * inverse;
    if (a.weight && a.bias) {
      value = fused(value, at.along(a.weight), at.along(a.bias));
    } else if (a.weight) {
      value = value * at.along(a.weight);
    } else if (a.bias) {
      value = value + at.along(a.bias);
    }
    put(y, at, value);
  });
}

template <bool centered, class T>
void forward(const LayerNormArgs<T>& a, T* y) {
  for_lines(
      View{a.rows, a.n, 1}, y, false,
      [a](const auto& line, T* y, bool, const T* x) {
        const FlushToZero flush;
        normalize_line<centered>(a, line, x, y);
      },
      a.x);
}

template <bool centered, class T, class Line>
void gradient_of_line(const LayerNormArgs<T>& a, const Line& line, const T* x, const T* dy, T* dx,
                      bool accumulate) noexcept {
  const auto mean = centered ? line.reduced(a.mean) : Wide<T>{};
  const auto inverse = line.reduced(a.inverse), share = splat_wide(T{1} / static_cast<T>(a.n));
  const auto weighted = [&](const auto& at) {
    return a.weight ? at.full(dy) * at.along(a.weight) : at.full(dy);
  };
  const auto dot =
      line.sum([&](const auto& at) { return weighted(at) * deviation<centered>(at, x, mean); });
  const auto slope = dot * inverse * inverse * share;
  auto plain = Wide<T>{};
  if constexpr (centered) plain = line.sum(weighted) * share;
  line.for_each([&](const auto& at) {
    const auto rest = weighted(at) - plain - deviation<centered>(at, x, mean) * slope;
    put(dx, at, rest * inverse, accumulate);
  });
}

// The rows of one block, with pointers of their own.
template <class T>
LayerNormGradientArgs<T> block_of(const LayerNormGradientArgs<T>& g, std::int64_t block) noexcept {
  auto part = g;
  auto& a = part.forward;
  const auto first = block * backward_block;
  a.rows = std::min(backward_block, a.rows - first);
  a.x += first * a.n;
  if (a.mean) a.mean += first;
  a.inverse += first;
  part.dy += first * a.n;
  if (part.dx) part.dx += first * a.n;
  return part;
}

// Staged rows (lines.h): the gradient of each, then the sums down their columns.
template <bool centered, class T>
void short_rows_block(const LayerNormGradientArgs<T>& g, T* sums) {
  const auto& a = g.forward;
  const auto body = [&](const auto& line, T* dx, bool accumulate, const T* x, const T* dy) {
    const FlushToZero flush;
    gradient_of_line<centered>(a, line, x, dy, dx, accumulate);
  };
  if (g.dx) for_lines(View{a.rows, a.n, 1}, g.dx, g.accumulate, body, a.x, g.dy);
  if (!sums) return;
  const View view{1, a.rows, a.n};
  const ColumnTile all{0, 0, a.n};
  sum_column_block(view, all, 0, a.rows, sums, [&](const auto& at) {
    const auto d = centered ? at.full(a.x) - at.along(a.mean) : at.full(a.x);
    return at.full(g.dy) * (d * at.along(a.inverse));
  });
  sum_column_block(view, all, 0, a.rows, sums + a.n, Value<T>{g.dy});
}

// What the gradient of a row is made of, beside its own elements.
template <class T>
struct RowFactors {
  T mean, inverse, plain, slope;  // plain: mean(w dy); slope: mean(w dy x̂) / s
};

template <bool centered, class T>
RowFactors<T> factors_of(const LayerNormGradientArgs<T>& g, std::int64_t row) noexcept {
  const auto& a = g.forward;
  const T mean = centered ? a.mean[row] : T{0}, inverse = a.inverse[row];
  const Runs whole{row * a.n, 0, 1, a.n};
  GradientSums<T> sums;
  merge_blocks(
      sums, 0, whole.blocks(),
      [&](auto b, GradientSums<T>& s) {
        const auto block = whole.block(b);
        const auto weight = a.weight ? a.weight - row * a.n : nullptr;
        const auto [plain, dot] = sum_block<2, T>(block, [&](auto& sum, auto at, int n) {
          auto d = take(g.dy, at, n);
          if (weight) d = d * take(weight, at, n);
          if (centered) sum[0] = sum[0] + d;
          sum[1] = fused(d, take(a.x, at, n) - splat_wide(mean), sum[1]);
        });
        s = {plain, dot};
      },
      [](auto& s, const auto& other) { s.merge(other); });
  const T share = T{1} / static_cast<T>(a.n);
  return {mean, inverse, sums.plain * share, sums.centered * inverse * inverse * share};
}

// The gradient of a row, and its share in the sums down columns.
template <class T>
void map_row(const LayerNormGradientArgs<T>& g, std::int64_t row, RowFactors<T> by,
             T* sums) noexcept {
  const auto& a = g.forward;
  for_lanes<T>(0, a.n, [&](auto j, int n) {
    const auto at = row * a.n + j;
    const auto dy = take(g.dy, at, n), d = take(a.x, at, n) - splat_wide(by.mean);
    if (g.dx) {
      const auto weighted = a.weight ? dy * take(a.weight, j, n) : dy;
      auto value = fused(d, splat_wide(-by.slope), weighted - splat_wide(by.plain));
      value = value * splat_wide(by.inverse);
      store_first_wide(g.dx + at, g.accumulate ? take(g.dx, at, n) + value : value, n);
    }
    if (!sums) return;
    store_first_wide(sums + j, fused(dy, d * splat_wide(by.inverse), take(sums, j, n)), n);
    store_first_wide(sums + a.n + j, take(sums + a.n, j, n) + dy, n);
  });
}

// A row is still in the L1 when it is mapped. (Several rows at a time would save loads and stores
// of the sums, but writing dx in several places at once made the whole 1.4 times slower.)
template <bool centered, class T>
void long_rows_block(const LayerNormGradientArgs<T>& g, T* sums) noexcept {
  const auto& a = g.forward;
  if (sums) std::fill_n(sums, 2 * a.n, T{0});
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const auto factors =
        g.dx ? factors_of<centered>(g, row)
             : RowFactors<T>{centered ? a.mean[row] : T{0}, a.inverse[row], T{0}, T{0}};
    map_row(g, row, factors, sums);
  }
}

template <bool centered, class T>
void backward(const LayerNormGradientArgs<T>& g, void* scratch) {
  const auto n = g.forward.n;
  const auto blocks = ceil_div(g.forward.rows, backward_block);
  T* sums = static_cast<T*>(scratch);
  const auto bytes = backward_block * n * 3 * std::int64_t{sizeof(T)};
  parallel_for(blocks, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    const FlushToZero flush;
    for (auto block = begin; block < end; ++block) {
      T* own = g.sums ? sums + block * 2 * n : nullptr;
      const auto part = block_of(g, block);
      n <= short_row ? short_rows_block<centered>(part, own) : long_rows_block<centered>(part, own);
    }
  });
  if (g.sums) {
    reduce_kernels<T>().sum({1, blocks, 2 * n}, sums, T{1}, false, g.sums, sums + blocks * 2 * n);
  }
}

template <class T>
std::int64_t scratch(std::int64_t rows, std::int64_t n) {
  const auto blocks = ceil_div(rows, backward_block);
  return blocks * 2 * n * std::int64_t{sizeof(T)} + reduce_kernels<T>().scratch({1, blocks, 2 * n});
}

template <class T>
void run_forward(const LayerNormArgs<T>& args, T* y) {
  args.mean ? forward<true>(args, y) : forward<false>(args, y);
}

template <class T>
void run_backward(const LayerNormGradientArgs<T>& args, void* scratch) {
  args.forward.mean ? backward<true>(args, scratch) : backward<false>(args, scratch);
}

}  // namespace

template <class T>
LayerNorm<T> layer_norm_kernels() {
  return {.forward = run_forward<T>, .scratch = scratch<T>, .backward = run_backward<T>};
}
template LayerNorm<float> layer_norm_kernels();
template LayerNorm<double> layer_norm_kernels();

}  // namespace deepcore
