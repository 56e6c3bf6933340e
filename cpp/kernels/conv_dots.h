// The gradient of the weights with output pixels along the lanes, for the few channels of a first
// or a depthwise layer: each weight is a dot product of a plane of dy and a plane of x, shifted by
// its tap.
//
// Order of summation: a unit is a band of an image; within it each of the lanes of 64 bytes is a
// chain over rows and within a row over vectors. Units are added in order within a share of the
// images, then the shares, then the lanes by halves. Units and shares depend on the shapes alone.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/conv.h"
#include "kernels/conv_copy.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

// R outputs and V taps: dot products of the pixels of a band.
template <class T>
struct DotsTile {
  const T* dy = nullptr;
  std::int64_t dy_output = 0, dy_row = 0;
  const T* x = nullptr;
  std::int64_t x_row = 0;
  const std::int64_t* taps = nullptr;  // V distances
  std::int64_t rows = 0, columns = 0;
  T* sums = nullptr;  // `line` lanes for each, tap after tap
  std::int64_t sums_output = 0;
};

// The lanes from `first` of each 64 bytes.
template <class T, int R, int V>
[[gnu::flatten]] void add_dots(const DotsTile<T>& t, int first) noexcept {
  std::int64_t tap[V];
  each<V, 1>([&](int v, int) { tap[v] = t.taps[v]; });
  Vec<T> acc[R][V];
  each<R, V>([&](int r, int v) { acc[r][v] = Vec<T>{}; });
  const T *dy = t.dy + first, *x = t.x + first;
  for (std::int64_t i = 0; i < t.rows; ++i, dy += t.dy_row, x += t.x_row) {
    std::int64_t j = 0;
    for (; first + j + lanes<T> <= t.columns; j += line<T>) {
      Vec<T> d[R];
      each<R, 1>([&](int r, int) { d[r] = load(dy + r * t.dy_output + j); });
      each<V, 1>([&](int v, int) {
        Vec<T> b = load(x + tap[v] + j);
        hold(b);
        each<R, 1>([&](int r, int) { acc[r][v] = fma(d[r], b, acc[r][v]); });
      });
    }
    const int rest = static_cast<int>(t.columns - first - j);
    if (rest <= 0) continue;
    Vec<T> d[R];
    each<R, 1>([&](int r, int) { d[r] = load_first(dy + r * t.dy_output + j, rest); });
    each<V, 1>([&](int v, int) {
      Vec<T> b = load_first(x + tap[v] + j, rest);
      hold(b);
      each<R, 1>([&](int r, int) { acc[r][v] = fma(d[r], b, acc[r][v]); });
    });
  }
  each<R, V>([&](int r, int v) {
    T* sum = t.sums + r * t.sums_output + v * line<T> + first;
    store(sum, load(sum) + acc[r][v]);
  });
}

// As many taps as the registers hold beside R vectors of dy and one of x.
constexpr int dots_rows = 3;
constexpr int dots_taps(int rows) {
  return std::min((tile_registers - 1 - rows) / rows, 9);
}

template <class T>
using AddDots = void (*)(const DotsTile<T>&, int) noexcept;

namespace detail {

template <class T, int R, int... v>
constexpr auto dots_of_taps(std::integer_sequence<int, v...>) {
  std::array<AddDots<T>, 9> tiles{};
  ((tiles[v] = add_dots<T, R, v + 1>), ...);
  return tiles;
}
template <class T, int... r>
constexpr auto dots_of_rows(std::integer_sequence<int, r...>) {
  return std::array{dots_of_taps<T, r + 1>(std::make_integer_sequence<int, dots_taps(r + 1)>{})...};
}

}  // namespace detail

template <class T>
AddDots<T> dots_of(std::int64_t r, std::int64_t v) noexcept {
  static constexpr auto table =
      detail::dots_of_rows<T>(std::make_integer_sequence<int, dots_rows>{});
  return table[static_cast<std::size_t>(r - 1)][static_cast<std::size_t>(v - 1)];
}

template <class T>
class DotsPlan {
 public:
  explicit DotsPlan(const ConvWeightArgs<T>& args)
      : args(args),
        threads(conv_threads(args.shape, args.threads)),
        copy(args.shape, ConvDirection::forward, 1, false) {
    const auto& s = args.shape;
    for (const auto& i : copy.axes[0].walks[0].taps) {
      for (const auto& j : copy.axes[1].walks[0].taps) {
        for (const auto& k : copy.axes[2].walks[0].taps) taps.push_back(copy.place(i, j, k));
      }
    }
    shares = Split(s.batch, std::min(s.batch, std::clamp<std::int64_t>(budget / sums(), 1, 8)));
    const auto least = divide_up(threads, shares.parts() * s.groups);
    parts = Split(s.group_outputs(), std::min(least, divide_up(s.group_outputs(), dots_rows)));
  }

  // Of all shares, in elements: 1 MB.
  static constexpr std::int64_t budget = (1 << 20) / sizeof(T);
  static std::int64_t sums(const ConvShape& s) noexcept {
    return s.outputs * s.group_channels() * s.taps() * line<T>;
  }
  std::int64_t sums() const noexcept { return sums(args.shape); }
  std::int64_t items() const noexcept { return shares.parts() * args.shape.groups * parts.parts(); }
  std::int64_t workers() const noexcept { return std::min(threads, items()); }

  const ConvWeightArgs<T>& args;
  std::int64_t threads;
  CopyPlan<T> copy;
  std::vector<std::int64_t> taps;
  Split shares, parts;  // of images, of the outputs of a group
};

// A share of the images and some outputs of a group, by one thread.
template <class T>
class DotsShare {
 public:
  DotsShare(const DotsPlan<T>& plan, T* sums, T* copy) noexcept
      : plan_(plan), sums_(sums), copy_(copy) {}

  void run(std::int64_t item) noexcept {
    const auto& s = plan_.args.shape;
    const auto part = plan_.parts[item % plan_.parts.parts()];
    item /= plan_.parts.parts();
    const auto group = item % s.groups, share = item / s.groups;
    const auto images = plan_.shares[share];
    const auto first = group * s.group_outputs() + part.begin;
    const auto output = plan_.sums() / s.outputs;
    T* sums = sums_ + share * plan_.sums() + first * output;
    std::fill_n(sums, part.size() * output, T{0});
    const T* end = plan_.args.x + s.batch * s.channels * s.in_pixels();
    for (auto n = images.begin; n < images.end; ++n) {
      const T* image = plan_.args.x + (n * s.groups + group) * s.group_channels() * s.in_pixels();
      const T* dy = plan_.args.dy + (n * s.outputs + first) * s.out_pixels();
      for (std::int64_t b = 0; b < plan_.copy.bands(); ++b) {
        const Band band = plan_.copy.band(b);
        BandCopy(plan_.copy, band, plan_.args.x, end).run(image, copy_);
        add(band, dy, part.size(), sums);
      }
    }
  }

 private:
  void add(const Band& band, const T* dy, std::int64_t outputs, T* sums) noexcept {
    const auto& s = plan_.args.shape;
    const auto taps = static_cast<std::int64_t>(plan_.taps.size());
    DotsTile<T> tile;
    tile.dy_output = s.out_pixels();
    tile.dy_row = s.axes[2].out;
    tile.x_row = plan_.copy.width;
    tile.rows = band.rows.size();
    tile.columns = band.columns.size();
    tile.sums_output = plan_.sums() / s.outputs;
    dy += (band.deep * s.axes[1].out + band.rows.begin) * s.axes[2].out + band.columns.begin;
    const Split rows(outputs, divide_up(outputs, dots_rows));
    for (std::int64_t r = 0; r < rows.parts(); ++r) {
      const auto some = rows[r];
      const Split cut(taps, divide_up(taps, dots_taps(static_cast<int>(some.size()))));
      tile.dy = dy + some.begin * tile.dy_output;
      for (std::int64_t c = 0; c < s.group_channels(); ++c) {
        tile.x = copy_ + c * plan_.copy.channel();
        for (std::int64_t k = 0; k < cut.parts(); ++k) {
          tile.taps = plan_.taps.data() + cut.begin(k);
          tile.sums = sums + some.begin * tile.sums_output + (c * taps + cut.begin(k)) * line<T>;
          const auto run = dots_of<T>(some.size(), cut[k].size());
          for (int first = 0; first < line<T>; first += lanes<T>) run(tile, first);
        }
      }
    }
  }

  const DotsPlan<T>& plan_;
  T *sums_, *copy_;
};

// Whether its lanes are much fuller than with channels along them.
template <class T>
bool has_dots(const ConvShape& s) noexcept {
  const auto& w = s.axes[2];
  const auto fill = [](std::int64_t n) {
    return static_cast<double>(n) / static_cast<double>(divide_up(n, line<T>) * line<T>);
  };
  const auto row = s.group_channels() * (w.dilation == 1 ? w.kernel : 1);
  return s.out_pixels() * s.taps() > 0 && DotsPlan<T>::sums(s) <= DotsPlan<T>::budget &&
         fill(w.out) > 1.3 * fill(row);
}

template <class T>
std::int64_t dots_scratch(const ConvWeightArgs<T>& args) {
  const DotsPlan<T> plan(args);
  return (plan.shares.parts() * plan.sums() + plan.workers() * plan.copy.size()) *
         static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run_dots(const ConvWeightArgs<T>& args, void* scratch) {
  const DotsPlan<T> plan(args);
  T* sums = static_cast<T*>(scratch);
  T* copies = sums + plan.shares.parts() * plan.sums();
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      DotsShare<T> share(plan, sums, copies + worker * plan.copy.size());
      for (auto i = next++; i < plan.items(); i = next++) share.run(i);
    }
  });
  const FlushToZero flush;
  for (std::int64_t i = 0; i < plan.sums() / line<T>; ++i) {
    T* lane = sums + i * line<T>;
    for (std::int64_t share = 1; share < plan.shares.parts(); ++share) {
      for (int l = 0; l < line<T>; ++l) lane[l] += lane[share * plan.sums() + l];
    }
    const T sum = fold_lanes(lane);
    args.dw[i] = args.accumulate ? args.dw[i] + sum : sum;
  }
}

}  // namespace deepcore
