// Convolutions with pixels along the lanes: a band of an image is copied with its zero padding,
// split into the phases of the stride, and vectors of neighbouring pixels are read from the copy in
// place, shifted by each tap.
//
// Where rows are long and full of vectors, a tile lies in one row and goes straight to the output.
// Elsewhere the rows of the copy follow each other without a gap, tiles run on over their ends, and
// what they make of the padding is left out when the sums are written.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/activate.h"
#include "kernels/conv.h"
#include "kernels/conv_tile.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_split.h"

namespace deepcore {

// How the work is cut, and where things lie in the copy: [phases][slabs][rows][width] a channel.
template <class T>
class PixelPlan {
 public:
  explicit PixelPlan(const ConvArgs<T>& args)
      : args(args),
        sides(args.shape, args.direction),
        block(conv_block(args.shape, args.direction)),
        threads(conv_threads(args.shape, args.threads)) {
    for (int i = 0; i < 3; ++i) axes[i] = walk_axis(args.shape.axes[i], args.direction);
    for (const auto& walk : axes[0].walks) depth_places += walk.count;
    images = args.shape.batch * args.shape.groups * depth_places;
    cut();
    in_rows = fits_rows();
    lay_out();
  }

  struct Walk {
    const AxisWalk *depth, *height, *width;
    std::vector<Tap> taps;
  };

  std::int64_t span(int i) const noexcept { return axes[i].last_shift - axes[i].first_shift; }
  std::int64_t copy_rows() const noexcept { return rows + span(1); }
  std::int64_t plane() const noexcept { return (1 + span(0)) * copy_rows() * width; }
  std::int64_t channel() const noexcept { return phases() * plane(); }
  std::int64_t items() const noexcept { return images * parts.parts() * bands_h * bands_w; }
  std::int64_t workers() const noexcept { return std::min(threads, items()); }

  // Vectors multiplied for each pair of channels of an image.
  std::int64_t products() const noexcept {
    std::int64_t n = 0;
    for (const auto& walk : walks) {
      const auto rows = walk.height->count, columns = walk.width->count;
      const auto vectors =
          in_rows ? rows * divide_up(columns, lanes<T>) : divide_up(rows * width, lanes<T>);
      n += walk.depth->count * vectors * static_cast<std::int64_t>(walk.taps.size());
    }
    return n;
  }

  // In elements, each a multiple of 64 bytes. Tiles may read past the last pixel.
  std::int64_t copy_size() const noexcept {
    return round_up(sides.from_channels * channel() + 8 * lanes<T>);
  }
  std::int64_t sums_size() const noexcept { return in_rows ? 0 : tile_rows * sums_row(); }
  std::int64_t sums_row() const noexcept { return round_up(rows * width + 8 * lanes<T>); }

  const ConvArgs<T>& args;
  ConvSides sides;
  std::int64_t block, threads;
  AxisWalks axes[3];
  std::vector<Walk> walks;
  std::int64_t depth_places = 0, images = 0;
  std::int64_t rows = 0, columns = 0, bands_h = 1, bands_w = 1, width = 0;  // of a band
  Split parts;  // of the channels of `to`
  bool in_rows = false;

 private:
  static std::int64_t round_up(std::int64_t n) noexcept { return divide_up(n, 16) * 16; }
  std::int64_t phases() const noexcept {
    std::int64_t n = 1;
    for (const auto& axis : axes) n *= static_cast<std::int64_t>(axis.phases.size());
    return n;
  }

  // A copy of about 512 KB stays in L2 beside the weights. Threads that images do not employ take
  // channels of `to`, or bands where these are few.
  void cut() noexcept {
    constexpr std::int64_t budget = (512 << 10) / sizeof(T);
    const auto a_pixel = std::max<std::int64_t>(sides.from_channels * phases() * (1 + span(0)), 1);
    const auto pixels = std::max<std::int64_t>(budget / a_pixel, 1);
    const auto least = divide_up(threads, std::max<std::int64_t>(images, 1));
    const auto channels = std::clamp<std::int64_t>(sides.to_channels / (2 * tile_rows), 1, least);
    parts = Split(sides.to_channels, channels);
    const auto height = axes[1].longest, breadth = axes[2].longest;
    const auto all = breadth + span(2);
    const auto most = pixels / std::max<std::int64_t>(all, 1) - span(1);
    bands_h = most >= 1 ? divide_up(height, most) : height;
    bands_h = std::max(bands_h, std::min(height, divide_up(least, channels)));
    if (most < 1)
      bands_w = divide_up(breadth,
                          std::max(pixels / (1 + span(1)) - span(2), std::int64_t{4 * lanes<T>}));
    if (height == 1) bands_w = std::max(bands_w, divide_up(least, channels));
    rows = divide_up(height, std::max<std::int64_t>(bands_h, 1));
    columns = divide_up(breadth, std::max<std::int64_t>(bands_w, 1));
    width = columns + span(2);
    bands_h = rows ? divide_up(height, rows) : 0;
    bands_w = columns ? divide_up(breadth, columns) : 0;
  }

  // Writing and reading sums again costs about 8 % where the sum is short.
  bool fits_rows() const noexcept {
    if (columns == 0 || axes[2].walks[0].step != 1) return false;
    const auto vectors = divide_up(columns, lanes<T>);
    const auto flat = divide_up(rows * width, lanes<T>);
    return vectors >= 2 && 100 * rows * vectors <= 108 * flat;
  }

  void lay_out() {
    const auto fh = static_cast<std::int64_t>(axes[1].phases.size());
    const auto fw = static_cast<std::int64_t>(axes[2].phases.size());
    const auto& kernel = args.shape.axes;
    for (const auto& d : axes[0].walks) {
      for (const auto& h : axes[1].walks) {
        for (const auto& w : axes[2].walks) {
          Walk walk{&d, &h, &w, {}};
          for (const auto& i : d.taps) {
            for (const auto& j : h.taps) {
              for (const auto& k : w.taps) {
                const auto phase = (i.phase * fh + j.phase) * fw + k.phase;
                const auto row =
                    (i.shift - axes[0].first_shift) * copy_rows() + j.shift - axes[1].first_shift;
                const auto x = phase * plane() + row * width + k.shift - axes[2].first_shift;
                const auto at = (i.tap * kernel[1].kernel + j.tap) * kernel[2].kernel + k.tap;
                walk.taps.push_back({static_cast<std::int32_t>(x * sizeof(T)),
                                     static_cast<std::int32_t>(at * sizeof(T))});
              }
            }
          }
          walks.push_back(std::move(walk));
        }
      }
    }
  }
};

// One band of one image and some channels of `to`, after the other, by one thread.
template <class T>
class PixelBand {
 public:
  PixelBand(const PixelPlan<T>& plan, T* scratch) noexcept
      : plan_(plan), copy_(scratch), sums_(scratch + plan.copy_size()) {}

  void run(std::int64_t item) noexcept {
    part_ = plan_.parts[item % plan_.parts.parts()];
    item /= plan_.parts.parts();
    columns_ = band(item % plan_.bands_w, plan_.columns, plan_.axes[2].longest);
    item /= plan_.bands_w;
    rows_ = band(item % plan_.bands_h, plan_.rows, plan_.axes[1].longest);
    item /= plan_.bands_h;
    find_depth(item % plan_.depth_places);
    image_ = item / plan_.depth_places;  // of a batch times groups
    copy();
    for (const auto& walk : plan_.walks) {
      if (walk.depth != depth_) continue;
      for (auto o = part_.begin; o < part_.end;) {
        const auto left = part_.end - o;
        const auto count = divide_up(left, divide_up(left, tile_rows));
        outputs(walk, o, count);
        o += count;
      }
    }
  }

 private:
  static Range band(std::int64_t i, std::int64_t size, std::int64_t end) noexcept {
    return {i * size, std::min((i + 1) * size, end)};
  }
  void find_depth(std::int64_t place) noexcept {
    depth_ = plan_.axes[0].walks.data();
    for (; place >= depth_->count; ++depth_) place -= depth_->count;
    deep_ = place;
  }

  // from -> the copy
  void copy() noexcept {
    const auto& s = plan_.sides;
    const T* image = plan_.args.from + image_ * s.from_channels * s.from_pixels;
    for (std::int64_t c = 0; c < s.from_channels; ++c) {
      copy_channel(image + c * s.from_pixels, copy_ + c * plan_.channel());
    }
  }
  void copy_channel(const T* from, T* to) noexcept {
    const auto& [d, h, w] = plan_.axes;
    const auto first = rows_.begin + h.first_shift;
    for (const auto fd : d.phases) {
      for (const auto fh : h.phases) {
        for (const auto fw : w.phases) {
          const Range inside = columns_inside(fw);
          for (auto i = deep_ + d.first_shift; i <= deep_ + d.last_shift; ++i) {
            const auto deep = fd + d.stride * i;
            for (auto j = first; j < first + plan_.copy_rows(); ++j, to += plan_.width) {
              const auto row = fh + h.stride * j;
              if (!d.inside(deep) || !h.inside(row)) {
                zero(to, plan_.width);
              } else {
                copy_row(from + (deep * h.from_size + row) * w.from_size, fw, inside, to);
              }
            }
          }
        }
      }
    }
  }
  // The columns of the copy that are not left or right of the image.
  Range columns_inside(std::int64_t phase) const noexcept {
    const auto& w = plan_.axes[2];
    const auto first = phase + w.stride * (columns_.begin + w.first_shift);
    const auto begin = std::clamp<std::int64_t>(divide_up(-first, w.stride), 0, plan_.width);
    return {begin, std::clamp(divide_up(w.from_size - first, w.stride), begin, plan_.width)};
  }
  void copy_row(const T* from, std::int64_t phase, Range inside, T* to) noexcept {
    const auto& w = plan_.axes[2];
    const T* source = from + phase + w.stride * (columns_.begin + w.first_shift + inside.begin);
    zero(to, inside.begin);
    if (w.stride == 1) {
      copy_span(to + inside.begin, source, inside.size());
    } else {
      for (auto i = inside.begin; i < inside.end; ++i, source += w.stride) to[i] = *source;
    }
    zero(to + inside.end, plan_.width - inside.end);
  }
  static void zero(T* to, std::int64_t n) noexcept {
    for (std::int64_t i = 0; i < n; ++i) to[i] = 0;
  }
  static void copy_span(T* to, const T* from, std::int64_t n) noexcept {
    std::int64_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) store(to + i, load(from + i));
    if (i == n) return;
    if (n >= lanes<T>) return store(to + n - lanes<T>, load(from + n - lanes<T>));
    for (; i < n; ++i) to[i] = from[i];
  }

  // `count` channels of `to` from o, all pixels of the band.
  void outputs(const typename PixelPlan<T>::Walk& walk, std::int64_t o,
               std::int64_t count) noexcept {
    const auto& args = plan_.args;
    const auto& s = plan_.sides;
    const auto rows = std::min(rows_.end, walk.height->count) - rows_.begin;
    const auto columns = std::min(columns_.end, walk.width->count) - columns_.begin;
    if (rows <= 0 || columns <= 0) return;
    const auto channel = image_ * s.to_channels + o;
    const auto group = image_ % args.shape.groups;
    ConvTile<T> tile;
    tile.depth = s.from_channels;
    tile.block = plan_.block;
    tile.x_step = plan_.channel();
    tile.w = args.weight + weights(group, o);
    tile.w_row = s.weight_row;
    tile.w_step = s.weight_step;
    tile.taps = walk.taps.data();
    tile.count = static_cast<std::int64_t>(walk.taps.size());
    if (args.bias) tile.bias = args.bias + group * s.to_channels + o;
    tile.relu = args.activation == Activation::relu && !args.z;
    T* to = (args.z ? args.z : args.to) + channel * s.to_pixels;
    if (plan_.in_rows) {
      direct(tile, walk, count, rows, columns, to);
    } else {
      flat(tile, count, (rows - 1) * plan_.width + columns);
      write(walk, count, rows, columns, to);
    }
    activate(walk, count, rows, columns, channel);
  }

  // Of the first pixel of row i in an image of `to`.
  std::int64_t place(const typename PixelPlan<T>::Walk& walk, std::int64_t i) const noexcept {
    const auto& axes = plan_.args.shape.axes;
    const bool forward = plan_.args.direction == ConvDirection::forward;
    const auto size = [&](int a) { return forward ? axes[a].out : axes[a].in; };
    const auto deep = walk.depth->start + walk.depth->step * deep_;
    const auto row = walk.height->start + walk.height->step * (rows_.begin + i);
    return (deep * size(1) + row) * size(2) + walk.width->start + walk.width->step * columns_.begin;
  }
  std::int64_t weights(std::int64_t group, std::int64_t o) const noexcept {
    const auto& shape = plan_.args.shape;
    return group * shape.group_outputs() * shape.group_channels() * shape.taps() +
           o * plan_.sides.weight_row;
  }

  void direct(ConvTile<T>& tile, const typename PixelPlan<T>::Walk& walk, std::int64_t count,
              std::int64_t rows, std::int64_t columns, T* to) noexcept {
    const auto vectors = divide_up(columns, lanes<T>);
    const Split tiles(vectors, divide_up(vectors, conv_vectors(static_cast<int>(count))));
    tile.to_row = plan_.sides.to_pixels;
    tile.add = plan_.args.accumulate;
    for (std::int64_t i = 0; i < rows; ++i) {
      T* row = to + place(walk, i);
      for (std::int64_t t = 0; t < tiles.parts(); ++t) {
        const auto part = tiles[t];
        tile.x = copy_ + i * plan_.width + part.begin * lanes<T>;
        tile.to = row + part.begin * lanes<T>;
        tile.lanes =
            static_cast<int>(std::min(columns - part.begin * lanes<T>, part.size() * lanes<T>));
        conv_tile_of<T>(count, part.size())(tile);
      }
    }
  }
  void flat(ConvTile<T>& tile, std::int64_t count, std::int64_t pixels) noexcept {
    const auto vectors = divide_up(pixels, lanes<T>);
    const Split tiles(vectors, divide_up(vectors, conv_vectors(static_cast<int>(count))));
    tile.to_row = plan_.sums_row();
    for (std::int64_t t = 0; t < tiles.parts(); ++t) {
      const auto part = tiles[t];
      tile.x = copy_ + part.begin * lanes<T>;
      tile.to = sums_ + part.begin * lanes<T>;
      tile.lanes = static_cast<int>(part.size() * lanes<T>);
      conv_tile_of<T>(count, part.size())(tile);
    }
  }

  // The sums of the pixels that are there -> `to`.
  void write(const typename PixelPlan<T>::Walk& walk, std::int64_t count, std::int64_t rows,
             std::int64_t columns, T* to) noexcept {
    const auto step = walk.width->step;
    for (std::int64_t r = 0; r < count; ++r, to += plan_.sides.to_pixels) {
      for (std::int64_t i = 0; i < rows; ++i) {
        const T* from = sums_ + r * plan_.sums_row() + i * plan_.width;
        T* row = to + place(walk, i);
        if (plan_.args.accumulate) {
          for (std::int64_t j = 0; j < columns; ++j) row[j * step] = row[j * step] + from[j];
        } else if (step == 1) {
          copy_span(row, from, columns);
        } else {
          for (std::int64_t j = 0; j < columns; ++j) row[j * step] = from[j];
        }
      }
    }
  }

  // What the tiles left to do, forward only.
  void activate(const typename PixelPlan<T>::Walk& walk, std::int64_t count, std::int64_t rows,
                std::int64_t columns, std::int64_t channel) noexcept {
    const auto& args = plan_.args;
    if (args.activation == Activation::none) return;
    if (args.activation == Activation::relu && !args.z) return;
    const bool whole = columns == args.shape.axes[2].out;
    for (std::int64_t r = 0; r < count; ++r) {
      for (std::int64_t i = 0; i < (whole ? 1 : rows); ++i) {
        const auto at = (channel + r) * plan_.sides.to_pixels + place(walk, i);
        activate_span(args.to + at, (args.z ? args.z : args.to) + at,
                      whole ? rows * columns : columns, args.activation, args.slope);
      }
    }
  }

  const PixelPlan<T>& plan_;
  T *copy_, *sums_;
  Range part_{}, rows_{}, columns_{};
  const AxisWalk* depth_ = nullptr;
  std::int64_t deep_ = 0, image_ = 0;
};

template <class T>
std::int64_t pixels_scratch(const ConvArgs<T>& args) {
  const PixelPlan<T> plan(args);
  return plan.workers() * (plan.copy_size() + plan.sums_size()) *
         static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run_pixels(const ConvArgs<T>& args, void* scratch) {
  const PixelPlan<T> plan(args);
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      T* own = static_cast<T*>(scratch) + worker * (plan.copy_size() + plan.sums_size());
      PixelBand<T> band(plan, own);
      for (auto i = next++; i < plan.items(); i = next++) band.run(i);
    }
  });
}

}  // namespace deepcore
