// Convolutions with pixels along the lanes: a band of an image is copied with its zero padding,
// split into the phases of the stride, and vectors of neighbouring pixels are read from the copy in
// place, shifted by each tap.
//
// A kernel of one pixel without padding needs no copy.
//
// Where rows are long and full of vectors, a tile lies in one row and goes straight to the output.
// Elsewhere the rows of the copy follow each other without a gap, tiles run on over their ends, and
// what they make of the padding is left out when the sums are written.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/flush.h"
#include "base/lanes.h"
#include "base/parallel.h"
#include "kernels/activate.h"
#include "kernels/conv.h"
#include "kernels/conv_copy.h"
#include "kernels/conv_tile.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_split.h"

namespace deepcore {

// How the work is cut.
template <class T>
class PixelPlan {
 public:
  PixelPlan(const ConvArgs<T>& args, bool columns_apart)
      : args(args),
        sides(args.shape, args.direction),
        block(conv_block(args.shape, args.direction)),
        threads(conv_threads(args.shape, args.threads)),
        images(args.shape.batch * args.shape.groups),
        least(divide_up(threads, std::max<std::int64_t>(images * depth(), 1))),
        parts(sides.to_channels,
              std::clamp<std::int64_t>(sides.to_channels / (2 * tile_rows), 1, least)),
        copy(args.shape, args.direction, divide_up(least, parts.parts()), columns_apart) {
    joined = copy.span(2) == 0 && copy.bands_w == 1 && writes_on();
    in_rows = joined || fits_rows();
    in_place = joined && copy.is_identity();
    tall = in_rows && few_channels();
    list_walks();
  }

  // Rows of `to`, whose columns fall into phases.
  struct Phase {
    const AxisWalk* width;
    std::vector<Tap> taps;
  };
  struct Walk {
    const AxisWalk *depth, *height;
    std::vector<Phase> phases;
  };

  std::int64_t items() const noexcept { return images * parts.parts() * copy.bands(); }
  std::int64_t workers() const noexcept { return std::min(threads, items()); }

  // In multiplications of vectors, of which a copied vector costs about 8.
  std::int64_t cost() const noexcept {
    const auto c = sides.from_channels, o = sides.to_channels;
    std::int64_t n = in_place ? 0 : c * copy.bands() * copy.channel() / lanes<T> * 8;
    for (const auto& walk : walks) {
      for (const auto& phase : walk.phases) {
        const auto rows = walk.height->count, columns = phase.width->count;
        const auto vectors = in_rows && !joined ? rows * divide_up(columns, lanes<T>)
                                                : divide_up(rows * copy.width, lanes<T>);
        const auto taps = static_cast<std::int64_t>(phase.taps.size());
        n += walk.depth->count * vectors * o * (c * taps + (in_rows ? 0 : 8));
      }
    }
    return images * n;
  }

  // In elements, each a multiple of 64 bytes.
  std::int64_t scratch() const noexcept { return copy.size() + (in_rows ? 0 : sums_size()); }
  std::int64_t sums_size() const noexcept {
    return static_cast<std::int64_t>(copy.axes[2].walks.size()) * sums_phase();
  }
  std::int64_t sums_phase() const noexcept { return tile_rows * sums_row(); }
  std::int64_t sums_row() const noexcept {
    return divide_up(copy.rows * copy.width + 8 * lanes<T>, 16) * 16;
  }

  const ConvArgs<T>& args;
  ConvSides sides;
  std::int64_t block, threads;
  std::int64_t images, least;  // of all groups; items an image and depth, to employ the threads:
  Split parts;                 //   channels of `to`, and bands where these are few
  CopyPlan<T> copy;
  std::vector<Walk> walks;
  bool joined = false;    // rows of the copy and of `to` follow each other alike: as one row
  bool in_place = false;  // a copy would be no other than `from`: read there, where it can be
  bool in_rows = false;   // a tile lies in rows of pixels
  bool tall = false;      //   and has several

 private:
  std::int64_t depth() const noexcept {
    const auto& a = args.shape.axes[0];
    return args.direction == ConvDirection::forward ? a.out : a.in;
  }

  bool few_channels() const noexcept { return sides.to_channels < 4; }

  // Whether neighbours of a band are neighbours in `to`.
  bool writes_on() const noexcept {
    const auto& [d, h, w] = copy.axes;
    return copy.columns > 0 && h.walks.size() == 1 && w.walks.size() == 1;
  }

  // Writing and reading sums again costs about 8 % where the sum is short.
  bool fits_rows() const noexcept {
    if (copy.columns == 0 || copy.axes[2].walks[0].step != 1) return false;
    const auto vectors = divide_up(copy.columns, lanes<T>);
    const auto flat = divide_up(copy.rows * copy.width, lanes<T>);
    if (few_channels()) return 100 * copy.rows * vectors <= 120 * flat;
    return vectors >= 2 && 100 * copy.rows * vectors <= 108 * flat;
  }

  void list_walks() {
    for (const auto& d : copy.axes[0].walks) {
      for (const auto& h : copy.axes[1].walks) {
        walks.push_back({&d, &h, {}});
        for (const auto& w : copy.axes[2].walks) walks.back().phases.push_back({&w, taps(d, h, w)});
      }
    }
  }
  std::vector<Tap> taps(const AxisWalk& d, const AxisWalk& h, const AxisWalk& w) const {
    const auto& axes = args.shape.axes;
    std::vector<Tap> list;
    for (const auto& i : d.taps) {
      for (const auto& j : h.taps) {
        for (const auto& k : w.taps) {
          const auto at = (i.tap * axes[1].kernel + j.tap) * axes[2].kernel + k.tap;
          list.push_back({static_cast<std::int32_t>(copy.place(i, j, k) * sizeof(T)),
                          static_cast<std::int32_t>(at * sizeof(T))});
        }
      }
    }
    return list;
  }
};

// One band of one image and some channels of `to`, after the other, by one thread.
template <class T>
class PixelBand {
 public:
  PixelBand(const PixelPlan<T>& plan, T* scratch) noexcept
      : plan_(plan), copy_(scratch), sums_(scratch + plan.copy.size()) {}

  void run(std::int64_t item) noexcept {
    const auto part = plan_.parts[item % plan_.parts.parts()];
    item /= plan_.parts.parts();
    band_ = plan_.copy.band(item % plan_.copy.bands());
    image_ = item / plan_.copy.bands();
    const auto& s = plan_.sides;
    const auto size = s.from_channels * s.from_pixels;
    const T *image = plan_.args.from + image_ * size, *end = plan_.args.from + plan_.images * size;
    if (!read_in_place(image, end)) {
      BandCopy(plan_.copy, band_, plan_.args.from, end).run(image, copy_);
      from_ = copy_, from_step_ = plan_.copy.channel();
    }
    for (const auto& walk : plan_.walks) {
      if (walk.depth != band_.depth) continue;
      for (auto o = part.begin; o < part.end;) {
        const auto left = part.end - o;
        const auto count = plan_.tall ? 1 : divide_up(left, divide_up(left, tile_rows));
        outputs(walk, o, count);
        o += count;
      }
    }
  }

 private:
  // Whether the band can be read from `image`: tiles read whole vectors, of images that end at
  // `end`.
  bool read_in_place(const T* image, const T* end) noexcept {
    if (!plan_.in_place) return false;
    const auto& width = plan_.copy.axes[2].from_size;
    const auto& s = plan_.sides;
    const auto row = band_.deep * plan_.copy.axes[1].from_size + band_.rows.begin;
    from_ = image + row * width, from_step_ = s.from_pixels;
    const T* last = from_ + (s.from_channels - 1) * s.from_pixels + band_.rows.size() * width;
    if (end - last < lanes<T>) return false;
    for (std::int64_t c = 0; c < s.from_channels; ++c) {
      fetch(from_ + c * from_step_, band_.rows.size() * width);
    }
    return true;
  }
  // Channels are too many streams for a processor to foresee.
  static void fetch(const T* from, std::int64_t pixels) noexcept {
    for (std::int64_t i = 0; i < pixels; i += line<T>) __builtin_prefetch(from + i, 0, 2);
  }

  // `count` channels of `to` from o, all pixels of the band.
  void outputs(const typename PixelPlan<T>::Walk& walk, std::int64_t o,
               std::int64_t count) noexcept {
    const auto& args = plan_.args;
    const auto& s = plan_.sides;
    auto rows = std::min(band_.rows.end, walk.height->count) - band_.rows.begin;
    const auto step = walk.phases[0].width->step;
    auto columns = std::min(band_.columns.end * step, width()) - band_.columns.begin * step;
    if (rows <= 0 || columns <= 0) return;
    if (plan_.joined) columns *= std::exchange(rows, 1);
    const auto channel = image_ * s.to_channels + o;
    const auto group = image_ % args.shape.groups;
    ConvTile<T> tile;
    tile.depth = s.from_channels;
    tile.block = plan_.block;
    tile.x_step = from_step_;
    tile.w = args.weight + weights(group, o);
    tile.w_row = s.weight_row;
    tile.w_step = s.weight_step;
    tile.taps = walk.phases[0].taps.data();
    tile.count = static_cast<std::int64_t>(walk.phases[0].taps.size());
    if (args.bias) tile.bias = args.bias + group * s.to_channels + o;
    Normalizer<T> norms[tile_rows];
    if (args.norm) {
      for (std::int64_t r = 0; r < count; ++r) {
        norms[r] = normalizer(*args.norm, group * s.to_channels + o + r);
      }
      tile.norm = norms;
    }
    tile.relu = tile.norm ? args.norm->relu : args.activation == Activation::relu && !args.z;
    T* to = (args.z ? args.z : args.to) + channel * s.to_pixels;
    if (plan_.tall) {
      tall(tile, walk, rows, columns, to);
    } else if (plan_.in_rows) {
      direct(tile, walk, count, rows, columns, to);
    } else {
      flat(tile, walk, count, rows);
      write(walk, count, rows, columns, to);
    }
    activate(walk, count, rows, columns, channel);
  }

  // Of the first pixel of row i in an image of `to`.
  std::int64_t place(const typename PixelPlan<T>::Walk& walk, std::int64_t i) const noexcept {
    const auto deep = walk.depth->start + walk.depth->step * band_.deep;
    const auto row = walk.height->start + walk.height->step * (band_.rows.begin + i);
    return (deep * size(1) + row) * width() + walk.phases[0].width->step * band_.columns.begin;
  }
  // Of `to`.
  std::int64_t size(int axis) const noexcept {
    const auto& a = plan_.args.shape.axes[axis];
    return plan_.args.direction == ConvDirection::forward ? a.out : a.in;
  }
  std::int64_t width() const noexcept { return size(2); }
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
        tile.x = from_ + i * plan_.copy.width + part.begin * lanes<T>;
        tile.to = row + part.begin * lanes<T>;
        tile.lanes =
            static_cast<int>(std::min(columns - part.begin * lanes<T>, part.size() * lanes<T>));
        conv_tile_of<TileRows::channels, T>(count, part.size())(tile);
      }
    }
  }
  // Tiles of rows of pixels.
  void tall(ConvTile<T>& tile, const typename PixelPlan<T>::Walk& walk, std::int64_t rows,
            std::int64_t columns, T* to) noexcept {
    const auto vectors = divide_up(columns, lanes<T>);
    const Split tiles(vectors, divide_up(vectors, 8));
    const Split heights(rows, divide_up(rows, pixel_rows(divide_up(vectors, tiles.parts()))));
    tile.x_row = plan_.copy.width;
    tile.to_row = walk.height->step * width();
    tile.add = plan_.args.accumulate;
    for (std::int64_t h = 0; h < heights.parts(); ++h) {
      const auto high = heights[h];
      for (std::int64_t t = 0; t < tiles.parts(); ++t) {
        const auto part = tiles[t];
        tile.x = from_ + high.begin * plan_.copy.width + part.begin * lanes<T>;
        tile.to = to + place(walk, high.begin) + part.begin * lanes<T>;
        tile.lanes =
            static_cast<int>(std::min(columns - part.begin * lanes<T>, part.size() * lanes<T>));
        conv_tile_of<TileRows::pixels, T>(high.size(), part.size())(tile);
      }
    }
  }
  void flat(ConvTile<T>& tile, const typename PixelPlan<T>::Walk& walk, std::int64_t count,
            std::int64_t rows) noexcept {
    for (std::size_t p = 0; p < walk.phases.size(); ++p) {
      const auto& phase = walk.phases[p];
      const auto columns = std::min(band_.columns.end, phase.width->count) - band_.columns.begin;
      if (columns <= 0) continue;
      const auto vectors = divide_up((rows - 1) * plan_.copy.width + columns, lanes<T>);
      const Split tiles(vectors, divide_up(vectors, conv_vectors(static_cast<int>(count))));
      tile.taps = phase.taps.data();
      tile.count = static_cast<std::int64_t>(phase.taps.size());
      tile.to_row = plan_.sums_row();
      for (std::int64_t t = 0; t < tiles.parts(); ++t) {
        const auto part = tiles[t];
        tile.x = from_ + part.begin * lanes<T>;
        tile.to = sums_ + static_cast<std::int64_t>(p) * plan_.sums_phase() + part.begin * lanes<T>;
        tile.lanes = static_cast<int>(part.size() * lanes<T>);
        conv_tile_of<TileRows::channels, T>(count, part.size())(tile);
      }
    }
  }

  // The sums of the pixels that are there -> `to`.
  void write(const typename PixelPlan<T>::Walk& walk, std::int64_t count, std::int64_t rows,
             std::int64_t columns, T* to) noexcept {
    for (std::int64_t r = 0; r < count; ++r, to += plan_.sides.to_pixels) {
      for (std::int64_t i = 0; i < rows; ++i) {
        write_row(walk, sums_ + r * plan_.sums_row() + i * plan_.copy.width, columns,
                  to + place(walk, i));
      }
    }
  }
  // The columns of all phases, in turn.
  void write_row(const typename PixelPlan<T>::Walk& walk, const T* from, std::int64_t columns,
                 T* to) noexcept {
    const bool add = plan_.args.accumulate;
    const auto put = [&](std::int64_t i, Vec<T> v) {
      store_up_to(to + i, add ? load_up_to(to + i, columns - i) + v : v, columns - i);
    };
    const auto step = walk.phases[0].width->step;
    const auto phase = walk.phases.size() > 1 ? plan_.sums_phase() : 0;
    if (step == 1) {
      for (std::int64_t i = 0; i < columns; i += lanes<T>) put(i, load(from + i));
    } else if (step == 2) {
      for (std::int64_t i = 0; i < columns; i += 2 * lanes<T>) {
        Vec<T> low, high;
        put_together<T>({load(from + i / 2), load(from + phase + i / 2)}, low, high);
        put(i, low);
        put(i + lanes<T>, high);
      }
    } else {
      for (std::int64_t i = 0; i < columns; ++i) {
        const T sum = from[i % step * phase + i / step];
        to[i] = add ? to[i] + sum : sum;
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
  const T* from_ = nullptr;  // the band's first pixel, and how far apart its channels lie
  std::int64_t from_step_ = 0;
  Band band_{};
  std::int64_t image_ = 0;  // of a batch times groups
};

// f(the cheaper plan); both give the same bits. Copies for each column of the kernel are worth it
// as long as they take no more than a quarter of a cache of 1 MB.
template <class T, class F>
auto with_pixel_plan(const ConvArgs<T>& args, const F& f) {
  const PixelPlan<T> together(args, false);
  if (together.copy.span(2) == 0) return f(together);
  const PixelPlan<T> apart(args, true);
  const bool small = apart.copy.size() <= static_cast<std::int64_t>((256 << 10) / sizeof(T));
  return f(small && apart.cost() < together.cost() ? apart : together);
}

template <class T>
std::int64_t pixels_cost(const ConvArgs<T>& args) {
  return with_pixel_plan(args, [](const PixelPlan<T>& plan) { return plan.cost(); });
}

template <class T>
std::int64_t pixels_scratch(const ConvArgs<T>& args) {
  return with_pixel_plan(args, [](const PixelPlan<T>& plan) {
    return plan.workers() * plan.scratch() * static_cast<std::int64_t>(sizeof(T));
  });
}

template <class T>
void run_pixels(const PixelPlan<T>& plan, void* scratch) {
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      T* own = static_cast<T*>(scratch) + worker * plan.scratch();
      PixelBand<T> band(plan, own);
      for (auto i = next++; i < plan.items(); i = next++) band.run(i);
    }
  });
}

template <class T>
void run_pixels(const ConvArgs<T>& args, void* scratch) {
  with_pixel_plan(args, [&](const PixelPlan<T>& plan) { run_pixels(plan, scratch); });
}

}  // namespace deepcore
