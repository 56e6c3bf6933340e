// The gradient of the weights with input channels along the lanes:
//
//   dw[o, c, k] = sum over n and p of dy[n, o, p] x[n, c, p stride + k dilation - padding]
//
// A band of x is transposed to (pixel, channel), where the taps of a kernel's row and their
// channels are neighbours: these are the vectors, dy is what is broadcast, and the sum runs over
// pixels and images.
//
// Order of summation: a unit is some images of one depth, or a band of rows of one, or a part of a
// row; each is a chain
// over its images and pixels. Units are added in order within a share of them, then the shares.
// Units and shares depend on the shapes alone.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/flush.h"
#include "base/parallel.h"
#include "base/transpose.h"
#include "kernels/conv.h"
#include "kernels/conv_copy.h"
#include "kernels/conv_tile.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_split.h"

namespace deepcore {

template <class T>
class WeightPlan {
 public:
  explicit WeightPlan(const ConvWeightArgs<T>& args)
      : args(args), threads(conv_threads(args.shape, args.threads)) {
    const auto& [d, h, w] = args.shape.axes;
    const auto channels = args.shape.group_channels();
    const bool merged = w.dilation == 1;
    lists = d.kernel * h.kernel * (merged ? 1 : w.kernel);
    length = channels * (merged ? w.kernel : 1);
    pitch = divide_up(length, line<T>) * line<T>;
    cut();
    list_taps();
    share_out();
  }

  std::int64_t copy_rows() const noexcept {
    const auto& h = args.shape.axes[1];
    return (rows - 1) * h.stride + (h.kernel - 1) * h.dilation + 1;
  }
  // Of the copy, in pixels.
  std::int64_t width() const noexcept {
    const auto& w = args.shape.axes[2];
    return (columns - 1) * w.stride + (w.kernel - 1) * w.dilation + 1;
  }
  std::int64_t slab() const noexcept { return copy_rows() * width() * args.shape.group_channels(); }
  // One image, or one depth of it.
  std::int64_t copy() const noexcept { return args.shape.axes[0].kernel * slab(); }
  std::int64_t copy_size() const noexcept {
    return divide_up(images * copy() + 8 * lanes<T>, line<T>) * line<T>;
  }
  std::int64_t sums() const noexcept { return args.shape.outputs * lists * pitch; }
  std::int64_t items() const noexcept { return shares.parts() * args.shape.groups * parts.parts(); }
  std::int64_t workers() const noexcept { return std::min(threads, items()); }

  // Where in the copy of an image list l begins.
  std::int64_t list(std::int64_t l) const noexcept {
    const auto& [d, h, w] = args.shape.axes;
    const auto in_row = lists / (d.kernel * h.kernel), rest = l / in_row;
    const auto row = rest / h.kernel * copy_rows() + rest % h.kernel * h.dilation;
    return (row * width() + l % in_row * w.dilation) * args.shape.group_channels();
  }

  const ConvWeightArgs<T>& args;
  std::int64_t threads;
  std::int64_t lists, length, pitch;      // rows of the kernel, the vectors of each, in elements
  std::int64_t rows = 1, bands = 1;       // of dy, of which a unit takes a band,
  std::int64_t columns = 1, bands_w = 1;  //   a part of one where rows are long,
  std::int64_t images = 1;                //   or so many images whole
  std::int64_t units = 0;
  Split shares, parts;    // of units, of the outputs of a group
  std::vector<Tap> taps;  // the pixels of a band

 private:
  void cut() noexcept {
    constexpr std::int64_t most_pixels = 1024, chain = 256, budget = 128 << 10;
    const auto& [d, h, w] = args.shape.axes;
    rows = std::max<std::int64_t>(h.out, 1);
    columns = std::max<std::int64_t>(w.out, 1);
    const auto most = std::max<std::int64_t>(most_pixels / std::max<std::int64_t>(w.out, 1), 1);
    rows = std::min(rows, most);
    while (rows > 1 && copy() > budget) rows = divide_up(rows, 2);
    bands = divide_up(h.out, rows);
    rows = divide_up(h.out, std::max<std::int64_t>(bands, 1));
    while (rows == 1 && columns > 1 && copy() > budget) columns = divide_up(columns, 2);
    bands_w = std::max<std::int64_t>(divide_up(w.out, columns), 1);
    if (bands == 1 && bands_w == 1 && d.out == 1) {
      const auto fit = std::max<std::int64_t>(budget / std::max<std::int64_t>(copy(), 1), 1);
      images = std::clamp<std::int64_t>(chain / std::max<std::int64_t>(h.out * w.out, 1), 1, fit);
      images = std::min(images, std::max<std::int64_t>(args.shape.batch, 1));
    }
    units = divide_up(args.shape.batch, images) * d.out * bands * bands_w;
  }
  void list_taps() {
    const auto& [d, h, w] = args.shape.axes;
    const auto channels = args.shape.group_channels();
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto x = (i * h.stride * width() + j * w.stride) * channels;
        taps.push_back({static_cast<std::int32_t>(x * sizeof(T)),
                        static_cast<std::int32_t>((i * w.out + j) * sizeof(T))});
      }
    }
  }
  // Shares of units have sums of their own, as many as fit into 1 MB.
  void share_out() noexcept {
    constexpr std::int64_t budget = 256 << 10, most = 8;
    const auto fit = std::clamp<std::int64_t>(budget / std::max<std::int64_t>(sums(), 1), 1, most);
    shares = Split(units, std::min(units, fit));
    const auto outputs = args.shape.group_outputs();
    const auto least =
        divide_up(threads, std::max<std::int64_t>(shares.parts() * args.shape.groups, 1));
    parts = Split(outputs, std::clamp<std::int64_t>(least, 1, divide_up(outputs, tile_rows)));
  }
};

// A share of the units and some outputs of a group, by one thread.
template <class T>
class WeightShare {
 public:
  WeightShare(const WeightPlan<T>& plan, T* sums, T* copy) noexcept
      : plan_(plan), sums_(sums), copy_(copy), width_(plan.width()) {}

  void run(std::int64_t item) noexcept {
    const auto part = plan_.parts[item % plan_.parts.parts()];
    item /= plan_.parts.parts();
    group_ = item % plan_.args.shape.groups;
    const auto share = item / plan_.args.shape.groups;
    const auto units = plan_.shares[share];
    for (auto u = units.begin; u < units.end; ++u) {
      find(u);
      transpose();
      T* to = sums_ + share * plan_.sums() +
              group_ * plan_.args.shape.group_outputs() * plan_.lists * plan_.pitch;
      for (auto o = part.begin; o < part.end;) {
        const auto left = part.end - o, count = divide_up(left, divide_up(left, tile_rows));
        outputs(o, count, u > units.begin, to + o * plan_.lists * plan_.pitch);
        o += count;
      }
    }
  }

 private:
  void find(std::int64_t unit) noexcept {
    const auto& s = plan_.args.shape;
    first_column_ = unit % plan_.bands_w * plan_.columns;
    unit /= plan_.bands_w;
    first_row_ = unit % plan_.bands * plan_.rows;
    unit /= plan_.bands;
    deep_ = unit % s.axes[0].out;
    const auto n = unit / s.axes[0].out * plan_.images;
    images_ = {n, std::min(n + plan_.images, s.batch)};
    rows_ = std::min(plan_.rows, s.axes[1].out - first_row_);
    columns_ = std::min(plan_.columns, s.axes[2].out - first_column_);
  }

  void transpose() noexcept {
    const auto& s = plan_.args.shape;
    const auto& [d, h, w] = s.axes;
    const auto channels = s.group_channels();
    for (auto n = images_.begin; n < images_.end; ++n) {
      const T* image = plan_.args.x + (n * s.groups + group_) * channels * s.in_pixels();
      T* to = copy_ + (n - images_.begin) * plan_.copy();
      for (std::int64_t k = 0; k < d.kernel; ++k) {
        const auto deep = deep_ * d.stride + k * d.dilation - d.padding;
        for (std::int64_t i = 0; i < plan_.copy_rows(); ++i) {
          const auto row = first_row_ * h.stride - h.padding + i;
          const bool inside = deep >= 0 && deep < d.in && row >= 0 && row < h.in;
          transpose_row(inside ? image + (deep * h.in + row) * w.in : nullptr, to);
          to += width_ * channels;
        }
      }
    }
  }
  // A row of all channels -> (pixel, channel). Whole vectors are written, in ascending order of
  // pixels and the last channels first, so that what is too much is written over.
  void transpose_row(const T* from, T* to) noexcept {
    const auto& s = plan_.args.shape;
    const auto channels = s.group_channels(), plane = s.in_pixels();
    const auto left = s.axes[2].padding - first_column_ * s.axes[2].stride;
    const auto begin = std::clamp<std::int64_t>(left, 0, width_);
    const auto end = std::clamp<std::int64_t>(left + s.axes[2].in, begin, width_);
    if (!from) return zero(to, width_ * channels);
    zero(to, begin * channels);
    from -= left;
    auto i = begin;
    for (; i + quad<T> <= end; i += quad<T>) {
      const auto rest = channels % lanes<T>;
      if (rest) transpose_quad(from + i, plane, channels - rest, rest, to + i * channels);
      for (std::int64_t c = 0; c + lanes<T> <= channels; c += lanes<T>) {
        transpose_quad(from + i, plane, c, lanes<T>, to + i * channels);
      }
    }
    for (; i < end; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) to[i * channels + c] = from[i + c * plane];
    }
    zero(to + end * channels, (width_ - end) * channels);
  }
  void transpose_quad(const T* from, std::int64_t plane, std::int64_t c, std::int64_t count,
                      T* to) noexcept {
    const T* rows[lanes<T>];
    for (int l = 0; l < lanes<T>; ++l) {
      rows[l] = from + (c + std::min<std::int64_t>(l, count - 1)) * plane;
    }
    Vec<T> out[quad<T>];
    load_transposed(rows, 0, out);
    for (int q = 0; q < quad<T>; ++q) store(to + q * plan_.args.shape.group_channels() + c, out[q]);
  }
  static void zero(T* to, std::int64_t n) noexcept { std::fill_n(to, n, T{0}); }

  // `count` outputs of the group from o.
  void outputs(std::int64_t o, std::int64_t count, bool add, T* to) noexcept {
    const auto& s = plan_.args.shape;
    const auto& [d, h, w] = s.axes;
    ConvTile<T> tile;
    tile.depth = tile.block = images_.size();
    tile.x_step = plan_.copy();
    const auto output = (images_.begin * s.groups + group_) * s.group_outputs() + o;
    tile.w = plan_.args.dy + output * s.out_pixels() + (deep_ * h.out + first_row_) * w.out +
             first_column_;
    tile.w_row = s.out_pixels();
    tile.w_step = s.outputs * s.out_pixels();
    tile.taps = plan_.taps.data();
    tile.count = rows_ * columns_;
    tile.to_row = plan_.lists * plan_.pitch;
    tile.add = add;
    const auto vectors = divide_up(plan_.length, lanes<T>);
    const Split tiles(vectors, divide_up(vectors, conv_vectors(static_cast<int>(count))));
    for (std::int64_t l = 0; l < plan_.lists; ++l, to += plan_.pitch) {
      for (std::int64_t t = 0; t < tiles.parts(); ++t) {
        const auto part = tiles[t];
        tile.x = copy_ + plan_.list(l) + part.begin * lanes<T>;
        tile.to = to + part.begin * lanes<T>;
        tile.lanes = static_cast<int>(part.size() * lanes<T>);
        conv_tile_of<TileRows::channels, T>(count, part.size())(tile);
      }
    }
  }

  const WeightPlan<T>& plan_;
  T *sums_, *copy_;
  std::int64_t group_ = 0, first_row_ = 0, rows_ = 0, first_column_ = 0, columns_ = 0, deep_ = 0;
  const std::int64_t width_;
  Range images_{};
};

namespace detail {

// One output's sums, of which the shares lie `share` apart, -> (channel, tap).
template <class T>
void finish_weights(const WeightPlan<T>& plan, T* sums, std::int64_t o) noexcept {
  const auto& s = plan.args.shape;
  const auto channels = s.group_channels(), taps = s.taps(), row = plan.lists * plan.pitch;
  T* from = sums + o * row;
  for (std::int64_t share = 1; share < plan.shares.parts(); ++share) {
    const T* other = from + share * plan.sums();
    for (std::int64_t i = 0; i < row; i += lanes<T>)
      store(from + i, load(from + i) + load(other + i));
  }
  const auto across = taps / plan.lists;  // taps that lie in one list
  const auto at = [&](std::int64_t tap) {
    return from + tap / across * plan.pitch + tap % across * channels;
  };
  T* to = plan.args.dw + o * channels * taps;
  for (std::int64_t c = 0; c < channels; c += lanes<T>) {
    const auto count = std::min<std::int64_t>(lanes<T>, channels - c);
    for (std::int64_t k = 0; k < taps; k += lanes<T>) {
      const int width = static_cast<int>(std::min<std::int64_t>(lanes<T>, taps - k));
      const T* rows[lanes<T>];
      for (int l = 0; l < lanes<T>; ++l) rows[l] = at(k + std::min(l, width - 1)) + c;
      Vec<T> square[lanes<T>];
      load_square(rows, 0, square);
      for (std::int64_t e = 0; e < count; ++e) {
        T* out = to + (c + e) * taps + k;
        Vec<T> value = square[e];
        const bool whole = width == lanes<T>;
        if (plan.args.accumulate) value = (whole ? load(out) : load_first(out, width)) + value;
        whole ? store(out, value) : store_first(out, value, width);
      }
    }
  }
}

}  // namespace detail

template <class T>
std::int64_t weights_scratch(const ConvWeightArgs<T>& args) {
  const WeightPlan<T> plan(args);
  const auto sums = plan.shares.parts() * plan.sums() + 8 * lanes<T>;
  return (sums + plan.workers() * plan.copy_size()) * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run_weights(const ConvWeightArgs<T>& args, void* scratch) {
  const WeightPlan<T> plan(args);
  T* sums = static_cast<T*>(scratch);
  T* copies = sums + plan.shares.parts() * plan.sums() + 8 * lanes<T>;
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      WeightShare<T> share(plan, sums, copies + worker * plan.copy_size());
      for (auto i = next++; i < plan.items(); i = next++) share.run(i);
    }
  });
  const auto grain = grain_of(grain_bytes, 4 * plan.lists * plan.pitch);
  parallel_for(args.shape.outputs, grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto o = begin; o < end; ++o) detail::finish_weights(plan, sums, o);
  });
}

}  // namespace deepcore
