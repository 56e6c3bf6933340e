#include "kernels/layer_norm.h"

#include "base/flush.h"
#include "kernels/lines.h"
#include "kernels/reduce.h"

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

template <bool centered, class T>
void sum_block(const LayerNormGradientArgs<T>& g, T* sums) noexcept {
  constexpr std::int64_t tile = 512 / sizeof(T);
  const auto& a = g.forward;
  const View view{1, a.rows, a.n};
  for (std::int64_t column = 0; column < a.n; column += tile) {
    const ColumnTile where{0, column, std::min(tile, a.n - column)};
    sum_column_block(view, where, 0, a.rows, sums + column, [&](const auto& at) {
      const auto d = centered ? at.full(a.x) - at.along(a.mean) : at.full(a.x);
      return at.full(g.dy) * (d * at.along(a.inverse));
    });
    sum_column_block(view, where, 0, a.rows, sums + a.n + column, Value<T>{g.dy});
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
      const auto part = block_of(g, block);
      const auto body = [&](const auto& line, T* dx, bool accumulate, const T* x, const T* dy) {
        const FlushToZero flush;
        gradient_of_line<centered>(part.forward, line, x, dy, dx, accumulate);
      };
      if (g.dx) {
        const View rows{part.forward.rows, n, 1};
        for_lines(rows, part.dx, g.accumulate, body, part.forward.x, part.dy);
      }
      if (g.sums) sum_block<centered>(part, sums + block * 2 * n);
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
