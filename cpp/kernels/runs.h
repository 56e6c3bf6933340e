// Runs: the elements that share one mean and variance, as pieces of memory of equal length a fixed
// distance apart (a channel of a batch of images: one run an image). Statistics take them a block
// at a time, of at least 1,024 elements: whole short runs, or 4,096 elements of a long one. Along a
// block lanes are virtual ones (base/wide.h), in four chains that hide the latency of additions.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "kernels/blocks.h"
#include "kernels/moments.h"
#include "kernels/norm.h"
#include "kernels/normalizer.h"
#include "kernels/view.h"

namespace deepcore {

struct Runs {
  static constexpr std::int64_t short_block = 1024, long_block = 4096;
  std::int64_t first, stride, count, length;  // in elements, of arrays of the input's shape

  std::int64_t elements() const noexcept { return count * length; }
  std::int64_t blocks() const noexcept {
    return length > long_block ? count * ceil_div(length, long_block)
                               : ceil_div(count, runs_a_block());
  }
  Runs block(std::int64_t b) const noexcept {
    if (length <= long_block) {
      const auto run = b * runs_a_block();
      return {first + run * stride, stride, std::min(runs_a_block(), count - run), length};
    }
    const auto pieces = ceil_div(length, long_block), begin = b % pieces * long_block;
    return {first + b / pieces * stride + begin, stride, 1, std::min(long_block, length - begin)};
  }

 private:
  std::int64_t runs_a_block() const noexcept {
    return ceil_div(short_block, std::max<std::int64_t>(length, 1));
  }
};

// The elements `offset` ... offset + count - 1 of p, the other lanes zero.
template <class T>
inline Wide<T> take(const T* p, std::int64_t offset, int count) noexcept {
  return count == wide_lanes<T> ? load_wide(p + offset) : load_first_wide(p + offset, count);
}

// K sums in chains; add(sums, offset, count) adds the terms of `count` elements to K sums.
template <int K, class T>
struct Chains {
  static constexpr int count = 4 / K;
  std::array<Wide<T>, K> sums[count] = {};

  template <class Add>
  [[gnu::always_inline]] void add_run(std::int64_t at, std::int64_t end, const Add& add) noexcept {
    constexpr int width = wide_lanes<T>;
    for (; at + count * width <= end; at += count * width) {
#pragma GCC unroll 4
      for (int c = 0; c < count; ++c) add(sums[c], at + c * width, width);
    }
#pragma GCC unroll 4
    for (int c = 0; c < count; ++c, at += width) {
      if (at + width <= end) {
        add(sums[c], at, width);
      } else if (at < end) {
        add(sums[c], at, static_cast<int>(end - at));
      }
    }
  }
  [[gnu::always_inline]] std::array<T, K> total() const noexcept {
    const auto plus = [](Vec<T> a, Vec<T> b) { return a + b; };
    std::array<T, K> total;
    for (int k = 0; k < K; ++k) {
      if constexpr (count == 4) {
        total[k] = fold((sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]), plus);
      } else {
        total[k] = fold(sums[0][k] + sums[1][k], plus);
      }
    }
    return total;
  }
};

// K sums over a block.
template <int K, class T, class Add>
inline std::array<T, K> sum_block(const Runs& block, const Add& add) noexcept {
  Chains<K, T> chains;
  for (std::int64_t run = 0; run < block.count; ++run) {
    const auto at = block.first + run * block.stride;
    chains.add_run(at, at + block.length, add);
  }
  return chains.total();
}

// Sets that are reduced together, where the next one's runs follow this one's in memory.
inline constexpr int most_sets = 16;

// Instead of a number of sets: what is found out about one set then stays in registers.
inline constexpr std::integral_constant<int, 1> one_set{};

// K sums over the same block of each of `sets` sets, that of the first being given; adder(s) is
// what adds elements of the s-th.
template <int K, class T, class Count, class Adder>
inline void sum_blocks(const Runs& block, Count sets, const Adder& adder,
                       std::array<T, K>* totals) noexcept {
  if (sets == 1) {
    totals[0] = sum_block<K, T>(block, adder(0));
    return;
  }
  Chains<K, T> all[most_sets];
  for (std::int64_t run = 0; run < block.count; ++run) {
    auto at = block.first + run * block.stride;
    for (int s = 0; s < sets; ++s, at += block.length) {
      auto chains = all[s];  // in registers
      chains.add_run(at, at + block.length, adder(s));
      all[s] = chains;
    }
  }
  for (int s = 0; s < sets; ++s) totals[s] = all[s].total();
}

template <class T, class Count>
inline void moments_of_blocks(const T* x, const Runs& block, Count sets,
                              Moments<T>* moments) noexcept {
  const auto count = static_cast<T>(block.elements());
  std::array<T, 1> sums[most_sets];
  const auto value = [x](auto& sum, auto at, int n) { sum[0] = sum[0] + take(x, at, n); };
  sum_blocks<1, T>(
      block, sets, [&](int) { return value; }, sums);
  for (int s = 0; s < sets; ++s) moments[s] = {sums[s][0] / count, T{0}, count};
  const auto square = [&](int s) {
    return [x, mean = moments[s].mean](auto& sum, auto at, int n) {
      auto d = take(x, at, n) - splat_wide(mean);
      if (n < wide_lanes<T>) d = keep_first(d, n, T{0});
      sum[0] = each([](Vec<T> v, Vec<T> s) { return fma(v, v, s); }, d, sum[0]);
    };
  };
  sum_blocks<1, T>(block, sets, square, sums);
  for (int s = 0; s < sets; ++s) moments[s].squares = sums[s][0];
}

// The sums of dy and of dy (x - mean).
template <class T>
struct GradientSums {
  T plain, centered;
  void merge(const GradientSums& other) noexcept {
    plain += other.plain;
    centered += other.centered;
  }
};

// What follows the normalization of an element, in registers.
enum class Epilogue { none, relu, add, add_relu };

template <class T>
inline Wide<T> zero_unless_positive(const Wide<T>& condition, const Wide<T>& w) noexcept {
  return each([](Vec<T> c, Vec<T> v) { return select<T>(c <= splat(T{0}), splat(T{0}), v); },
              condition, w);
}

// The gradient of the normalized value at some lanes: dy where relu let it through. Whether it did
// is computed again from x, but where a residual was added: there the output y tells.
template <Epilogue epilogue, class T>
inline Wide<T> gradient_before(const NormGradientArgs<T>& g, Normalizer<T> normalizer,
                               const Wide<T>& x, std::int64_t at, int n) noexcept {
  const auto dy = take(g.dy, at, n);
  if constexpr (epilogue == Epilogue::relu) {
    return zero_unless_positive(each(normalizer, x), dy);
  } else if constexpr (epilogue == Epilogue::add_relu) {
    return zero_unless_positive(take(g.y, at, n), dy);
  } else {
    return dy;
  }
}

template <Epilogue epilogue, class T, class Count>
inline void gradient_sums_of_blocks(const NormGradientArgs<T>& args, const Runs& block, Count sets,
                                    const Normalizer<T>* normalizers,
                                    GradientSums<T>* totals) noexcept {
  const auto adder = [&](int s) {
    return [&args, by = normalizers[s]](auto& sums, auto at, int n) {
      const auto x = take(args.forward.x, at, n);
      const auto g = gradient_before<epilogue>(args, by, x, at, n);
      if (epilogue == Epilogue::add_relu && args.dresidual) {
        const bool accumulate = args.accumulate_residual;
        store_first_wide(args.dresidual + at, accumulate ? take(args.dresidual, at, n) + g : g, n);
      }
      const auto fused = [](Vec<T> a, Vec<T> b, Vec<T> c) { return fma(a, b, c); };
      sums[0] = sums[0] + g;
      sums[1] = each(fused, g, x - splat_wide(by.mean), sums[1]);
    };
  };
  std::array<T, 2> sums[most_sets];
  sum_blocks<2, T>(block, sets, adder, sums);
  for (int s = 0; s < sets; ++s) totals[s] = {sums[s][0], sums[s][1]};
}

template <Epilogue epilogue, class T>
inline void normalize_run(const NormArgs<T>& a, std::int64_t at, std::int64_t n,
                          Normalizer<T> normalizer, T* y) noexcept {
  constexpr bool adds = epilogue == Epilogue::add || epilogue == Epilogue::add_relu;
  constexpr bool rectifies = epilogue == Epilogue::relu || epilogue == Epilogue::add_relu;
  for_lanes<T>(at, at + n, [&](auto i, int count) {
    auto value = each(normalizer, take(a.x, i, count));
    if (adds) value = value + take(a.residual, i, count);
    if (rectifies) value = zero_unless_positive(value, value);
    store_first_wide(y + i, value, count);
  });
}

// dx = scale dy + slope (x - mean) + offset: the gradient of an element through its own value, its
// set's variance and its set's mean.
template <class T>
struct GradientMap {
  T slope, offset;
};

template <Epilogue epilogue, class T>
inline void gradient_run(const NormGradientArgs<T>& g, std::int64_t at, std::int64_t n,
                         Normalizer<T> normalizer, GradientMap<T> map) noexcept {
  const auto gradient = [&](Vec<T> x, Vec<T> d) {
    const auto through = fma(x - splat(normalizer.mean), splat(map.slope), splat(map.offset));
    return fma(d, splat(normalizer.scale), through);
  };
  for_lanes<T>(at, at + n, [&](auto i, int count) {
    const auto x = take(g.forward.x, i, count);
    auto value = each(gradient, x, gradient_before<epilogue>(g, normalizer, x, i, count));
    if (g.accumulate) value = take(g.dx, i, count) + value;
    store_first_wide(g.dx + i, value, count);
  });
}

}  // namespace deepcore
