#include "kernels/random.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/math.h"
#include "kernels/view.h"

namespace deepcore {
namespace {

// Calls body(group, first, count) for the elements of each group, `per_group` at a time.
template <class F>
void for_groups(const Draw& draw, std::int64_t n, int per_group, const F& body) {
  const std::int64_t groups = (n + per_group - 1) / per_group;
  constexpr std::int64_t grain = grain_bytes / sizeof(RandomGroup);
  parallel_for(groups, grain, [&](std::int64_t begin, std::int64_t end) {
    RandomGroup group;
    for (auto i = begin; i < end; ++i) {
      philox(draw, static_cast<std::uint64_t>(i), group);
      const auto first = i * per_group;
      body(group, first, static_cast<int>(std::min<std::int64_t>(per_group, n - first)));
    }
  });
}

template <class T>
constexpr int per_group = group_words * sizeof(std::uint32_t) / sizeof(T);

// Element i of a group, in [0, 1): 24 of a word's bits, or 53 of two words'.
inline float unit(const RandomGroup& group, int i, float) {
  return static_cast<float>(static_cast<std::int32_t>(group.words[i] >> 8)) * 0x1p-24f;
}
inline double unit(const RandomGroup& group, int i, double) {
  const std::uint32_t* words = group.words + i / group_blocks * 2 * group_blocks + i % group_blocks;
  const auto high = static_cast<std::int32_t>(words[0] >> 5);
  const auto low = static_cast<std::int32_t>(words[group_blocks] >> 6);
  return (high * 0x1p26 + low) * 0x1p-53;
}

template <class T>
void uniform(const Draw& draw, T* out, std::int64_t n, T low, T high) {
  const T range = high - low;
  const T last = low < high ? std::nextafter(high, low) : low;  // rounding may reach high
  for_groups(draw, n, per_group<T>, [=](const RandomGroup& group, std::int64_t first, int count) {
    for (int i = 0; i < count; ++i) {
      const T value = low + unit(group, i, T{}) * range;
      out[first + i] = value < last ? value : last;
    }
  });
}

// In (0, 1], for logarithms. Small numbers keep more bits than unit() has: the largest radius
// is 6.7 in float and 8.6 in double.
inline float open_unit(const RandomGroup& group, int i, float) {
  const auto bits = static_cast<std::int32_t>(group.words[i] >> 1);
  return (static_cast<float>(bits) + 0.5f) * 0x1p-31f;
}
inline double open_unit(const RandomGroup& group, int i, double) {
  return unit(group, i, double{}) + 0x1p-54;
}

// Rows 2k and 2k + 1 of 16 uniform numbers become as many normal ones in their places.
template <class T>
void normal_group(const RandomGroup& group, T mean, T std, T* z) noexcept {
  for (int i = 0; i < per_group<T>; ++i) z[i] = open_unit(group, i, T{});
  for (int row = 0; row < per_group<T>; row += 2 * group_blocks) {
    for (int i = row; i < row + group_blocks; i += lanes<T>) {
      const Vec<T> radius = splat(std) * sqrt(splat(T{-2}) * math::log<T>(load(z + i)));
      const Vec<T> angle = splat(T(2 * M_PI)) * load(z + i + group_blocks);
      store(z + i, fma(radius, math::cos<T>(angle), splat(mean)));
      store(z + i + group_blocks, fma(radius, math::sin<T>(angle), splat(mean)));
    }
  }
}

template <class T>
void normal(const Draw& draw, T* out, std::int64_t n, T mean, T std) {
  for_groups(draw, n, per_group<T>, [=](const RandomGroup& group, std::int64_t first, int count) {
    T z[per_group<T>];
    normal_group(group, mean, std, z);
    std::copy_n(z, count, out + first);
  });
}

template <class T>
void bernoulli(const Draw& draw, const T* p, int p_step, T* out, std::int64_t n) {
  for_groups(draw, n, group_words, [=](const RandomGroup& group, std::int64_t first, int count) {
    const std::uint32_t* words = group.words;
    for (int i = 0; i < count; ++i) {
      const double word = words[i] * 0x1p-32;
      out[first + i] = word < static_cast<double>(p[(first + i) * p_step]) ? T{1} : T{0};
    }
  });
}

template <bool accumulate, class T>
void dropout_group(const std::uint32_t* words, std::uint32_t below, T scale, const T* x, T* y,
                   int count) {
  for (int i = 0; i < count; ++i) {
    const T value = x[i] * (words[i] >= below ? scale : T{0});
    y[i] = accumulate ? y[i] + value : value;
  }
}

template <class T>
void dropout(const Draw& draw, const T* x, T* y, std::int64_t n, double p, bool accumulate) {
  const bool none = p >= 1;
  const auto below = none ? 0u : static_cast<std::uint32_t>(p * 0x1p32);
  const T scale = none ? T{0} : static_cast<T>(1 / (1 - p));
  for_groups(draw, n, group_words, [=](const RandomGroup& group, std::int64_t first, int count) {
    const auto run = accumulate ? dropout_group<true, T> : dropout_group<false, T>;
    run(group.words, below, scale, x + first, y + first, count);
  });
}

template <class T>
void scale_rows(const T* x, const T* scale, std::int64_t rows, std::int64_t n, bool accumulate,
                T* y) {
  map_view(View{rows, n, 1}, y, accumulate,
           [=](const auto& at) { return at.full(x) * at.reduced(scale); });
}

}  // namespace

template <class T>
Random<T> random_kernels() {
  return {.uniform = uniform<T>,
          .normal = normal<T>,
          .bernoulli = bernoulli<T>,
          .dropout = dropout<T>,
          .scale_rows = scale_rows<T>};
}
template Random<float> random_kernels();
template Random<double> random_kernels();

}  // namespace deepcore
