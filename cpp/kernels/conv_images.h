// Convolutions with images along the lanes, for small images in batches: some channels of 16 and
// more images are transposed, so that a vector holds one pixel of each image. Every pixel has a
// list of the taps that fall inside the image: the others are never multiplied, which for 3x3 on
// images of 4x4 are three in ten.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/flush.h"
#include "base/parallel.h"
#include "base/transpose.h"
#include "kernels/activate.h"
#include "kernels/conv.h"
#include "kernels/conv_copy.h"
#include "kernels/conv_tile.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_split.h"

namespace deepcore {

template <class T>
class ImagePlan {
 public:
  explicit ImagePlan(const ConvArgs<T>& args)
      : args(args),
        sides(args.shape, args.direction),
        block(conv_block(args.shape, args.direction)),
        threads(conv_threads(args.shape, args.threads)) {
    for (int i = 0; i < 3; ++i) axes[i] = walk_axis(args.shape.axes[i], args.direction);
    const auto vectors = divide_up(args.shape.batch, lanes<T>);
    batches = Split(vectors, divide_up(vectors, conv_vectors(tile_rows)));
    images = divide_up(vectors, std::max<std::int64_t>(batches.parts(), 1)) * lanes<T>;
    // Sums of about 512 KB at a time, and something to do for every thread.
    constexpr std::int64_t budget = (512 << 10) / sizeof(T);
    const auto a_row = std::max<std::int64_t>(sides.to_pixels * images, 1);
    const auto most = std::max<std::int64_t>(budget / a_row / tile_rows, 1) * tile_rows;
    const auto pieces = std::max<std::int64_t>(batches.parts() * args.shape.groups, 1);
    const auto least =
        std::min(divide_up(threads, pieces), divide_up(sides.to_channels, tile_rows));
    parts = Split(sides.to_channels,
                  std::max<std::int64_t>({divide_up(sides.to_channels, most), least, 1}));
    packed = args.direction == ConvDirection::backward && sides.to_pixels >= 64;
    const auto a_tap = std::min(block, sides.from_channels) * tile_rows;
    tap_pitch = packed ? divide_up(a_tap, std::int64_t{lanes<T>}) * lanes<T> : 1;
  }

  void list_taps() {
    taps.reserve(static_cast<std::size_t>(pairs()));
    starts.reserve(static_cast<std::size_t>(sides.to_pixels + 1));
    starts.push_back(0);
    const auto& [d, h, w] = axes;
    for_each_place(d, [&](const AxisWalk& deep, std::int64_t i) {
      for_each_place(h, [&](const AxisWalk& high, std::int64_t j) {
        for_each_place(w, [&](const AxisWalk& wide, std::int64_t k) {
          list_pixel(deep, i, high, j, wide, k);
        });
      });
    });
  }

  std::int64_t pairs() const noexcept {
    return axes[0].pairs() * axes[1].pairs() * axes[2].pairs();
  }

  // In multiplications of vectors, of which a transposed vector or a tap listed costs about 8.
  std::int64_t cost() const noexcept {
    const auto vectors = divide_up(args.shape.batch, lanes<T>) * args.shape.groups;
    const auto c = sides.from_channels, o = sides.to_channels;
    return vectors * (c * o * pairs() + 8 * (c * sides.from_pixels + o * sides.to_pixels)) +
           8 * pairs();
  }

  std::int64_t items() const noexcept {
    return batches.parts() * args.shape.groups * parts.parts();
  }
  std::int64_t workers() const noexcept { return std::min(threads, items()); }
  // From a channel of the copy to the next: a line more, or they would share the sets of a cache.
  std::int64_t pitch() const noexcept { return sides.from_pixels * images + line<T>; }
  std::int64_t copy_size() const noexcept { return std::min(block, sides.from_channels) * pitch(); }
  std::int64_t sums_size() const noexcept {
    return parts.parts() ? divide_up(sides.to_channels, parts.parts()) * sides.to_pixels * images
                         : 0;
  }
  std::int64_t packed_size() const noexcept {
    return packed ? divide_up(args.shape.taps() * tap_pitch, std::int64_t{line<T>}) * line<T> : 0;
  }
  std::int64_t scratch() const noexcept { return copy_size() + sums_size() + packed_size(); }

  const ConvArgs<T>& args;
  ConvSides sides;
  AxisWalks axes[3];
  std::int64_t block, threads;
  Split batches, parts;     // of vectors of images, of the channels of `to`
  std::int64_t images = 0;  // of a batch, at most
  bool packed = false;      // weights: a tap is tap_pitch from the next
  std::int64_t tap_pitch = 1;
  std::vector<Tap> taps;  // of pixel p from starts[p] to starts[p + 1]
  std::vector<std::int64_t> starts;

 private:
  // In the order of the places of `to`.
  template <class F>
  static void for_each_place(const AxisWalks& axis, const F& f) {
    for (std::int64_t i = 0; i < axis.longest; ++i) {
      for (const auto& walk : axis.walks) {
        if (i < walk.count) f(walk, i);
      }
    }
  }
  void list_pixel(const AxisWalk& deep, std::int64_t i, const AxisWalk& high, std::int64_t j,
                  const AxisWalk& wide, std::int64_t k) {
    const auto& kernel = args.shape.axes;
    for (const auto& a : deep.taps) {
      const auto d = axes[0].place(a, i);
      for (const auto& b : high.taps) {
        const auto h = axes[1].place(b, j);
        for (const auto& c : wide.taps) {
          const auto w = axes[2].place(c, k);
          if (!axes[0].inside(d) || !axes[1].inside(h) || !axes[2].inside(w)) continue;
          const auto pixel = (d * axes[1].from_size + h) * axes[2].from_size + w;
          const auto tap = (a.tap * kernel[1].kernel + b.tap) * kernel[2].kernel + c.tap;
          taps.push_back({static_cast<std::int32_t>(pixel * images * sizeof(T)),
                          static_cast<std::int32_t>(tap * tap_pitch * sizeof(T))});
        }
      }
    }
    starts.push_back(static_cast<std::int64_t>(taps.size()));
  }
};

// Some images and some channels of `to`, by one thread.
template <class T>
class ImageBatch {
 public:
  ImageBatch(const ImagePlan<T>& plan, T* scratch) noexcept
      : plan_(plan),
        copy_(scratch),
        sums_(scratch + plan.copy_size()),
        packed_(sums_ + plan.sums_size()) {}

  void run(std::int64_t item) noexcept {
    part_ = plan_.parts[item % plan_.parts.parts()];
    item /= plan_.parts.parts();
    group_ = item % plan_.args.shape.groups;
    vectors_ = plan_.batches[item / plan_.args.shape.groups];
    const auto depth = plan_.sides.from_channels;
    for (std::int64_t c = 0; c == 0 || c < depth; c += plan_.block) {
      const Range channels{c, std::min(c + plan_.block, depth)};
      transpose_in(channels);
      for (auto o = part_.begin; o < part_.end;) {
        const auto left = part_.end - o, count = divide_up(left, divide_up(left, tile_rows));
        outputs(channels, o, count);
        o += count;
      }
    }
    for (auto v = vectors_.begin; v < vectors_.end; ++v) transpose_out(v);
  }

 private:
  std::int64_t width() const noexcept { return plan_.images; }

  // rows[l]: image l of vector v, the last image again where there is none.
  void transpose_in(Range channels) noexcept {
    const auto& s = plan_.sides;
    const auto size = channels.size() * s.from_pixels, last = plan_.args.shape.batch - 1;
    for (auto v = vectors_.begin; v < vectors_.end; ++v) {
      const T* rows[lanes<T>];
      for (int l = 0; l < lanes<T>; ++l) {
        const auto n = std::min(v * lanes<T> + l, last);
        rows[l] = plan_.args.from +
                  ((n * plan_.args.shape.groups + group_) * s.from_channels + channels.begin) *
                      s.from_pixels;
      }
      T* to = copy_ + (v - vectors_.begin) * lanes<T>;
      std::int64_t i = 0, pixel = 0;
      const auto put = [&](Vec<T> value) {
        store(to, value);
        to += width();
        if (++pixel == s.from_pixels) to += line<T>, pixel = 0;
      };
      Vec<T> square[lanes<T>];
      for (; i + lanes<T> <= size; i += lanes<T>) {
        load_square(rows, i, square);
        for (const auto& value : square) put(value);
      }
      for (; i < size; ++i) {
        T lane[lanes<T>];
        for (int l = 0; l < lanes<T>; ++l) lane[l] = rows[l][i];
        put(load(lane));
      }
    }
  }

  const T* weights(Range channels, std::int64_t o) const noexcept {
    const auto& shape = plan_.args.shape;
    return plan_.args.weight +
           group_ * shape.group_outputs() * shape.group_channels() * shape.taps() +
           o * plan_.sides.weight_row + channels.begin * plan_.sides.weight_step;
  }

  // Those of `count` channels of `to` from o -> [taps][channels][tile_rows]. Where they lie, the
  // channels of a gradient of x are so far apart that they push each other out of the cache.
  void pack(Range channels, std::int64_t o, std::int64_t count) noexcept {
    const auto& s = plan_.sides;
    const auto& shape = plan_.args.shape;
    const auto taps = shape.taps(), last = channels.size() - 1;
    const T* from = weights(channels, o);
    const T* end = plan_.args.weight + shape.outputs * shape.group_channels() * taps;
    for (std::int64_t i = 0; i < channels.size() * tile_rows; i += lanes<T>) {
      const T* rows[lanes<T>];
      for (int l = 0; l < lanes<T>; ++l) {
        const auto row = std::min((i + l) % tile_rows, count - 1);
        rows[l] = from + row * s.weight_row + std::min((i + l) / tile_rows, last) * s.weight_step;
      }
      const T* highest = *std::max_element(rows, rows + lanes<T>);
      for (std::int64_t k = 0; k < taps; k += lanes<T>) {
        Vec<T> square[lanes<T>];
        const auto some = std::min<std::int64_t>(lanes<T>, taps - k);
        if (end - highest >= k + lanes<T>) {
          load_square(rows, k, square);
        } else {
          for (int l = 0; l < lanes<T>; ++l) {
            for (std::int64_t e = 0; e < some; ++e) square[e][l] = rows[l][k + e];
          }
        }
        for (std::int64_t e = 0; e < some; ++e) {
          store(packed_ + (k + e) * plan_.tap_pitch + i, square[e]);
        }
      }
    }
  }

  void outputs(Range channels, std::int64_t o, std::int64_t count) noexcept {
    const auto& args = plan_.args;
    const auto& s = plan_.sides;
    const bool last = channels.end >= s.from_channels;
    ConvTile<T> tile;
    tile.depth = channels.size();
    tile.block = plan_.block;
    tile.x = copy_;
    tile.x_step = plan_.pitch();
    if (plan_.packed) pack(channels, o, count);
    tile.w = plan_.packed ? packed_ : weights(channels, o);
    tile.w_row = plan_.packed ? 1 : s.weight_row;
    tile.w_step = plan_.packed ? tile_rows : s.weight_step;
    tile.to_row = s.to_pixels * width();
    tile.lanes = static_cast<int>(vectors_.size() * lanes<T>);
    tile.add = channels.begin > 0;
    if (last && args.bias) tile.bias = args.bias + group_ * s.to_channels + o;
    tile.relu = last && args.activation == Activation::relu && !args.z;
    Normalizer<T> norms[tile_rows];
    if (last && args.norm) {
      for (std::int64_t r = 0; r < count; ++r) {
        norms[r] = normalizer(*args.norm, group_ * s.to_channels + o + r);
      }
      tile.norm = norms, tile.relu = args.norm->relu;
    }
    const auto run = conv_tile_of<TileRows::channels, T>(count, vectors_.size());
    T* to = sums_ + (o - part_.begin) * tile.to_row;
    for (std::int64_t p = 0; p < s.to_pixels; ++p, to += width()) {
      const auto i = static_cast<std::size_t>(p);
      tile.taps = plan_.taps.data() + plan_.starts[i];
      tile.count = plan_.starts[i + 1] - plan_.starts[i];
      tile.to = to;
      run(tile);
    }
  }

  void transpose_out(std::int64_t v) noexcept {
    const auto& args = plan_.args;
    const auto& s = plan_.sides;
    const auto size = part_.size() * s.to_pixels, first = v * lanes<T>;
    const auto images = std::min<std::int64_t>(lanes<T>, args.shape.batch - first);
    const T* from = sums_ + (v - vectors_.begin) * lanes<T>;
    const auto image = s.to_channels * s.to_pixels * args.shape.groups;
    const auto begin = (group_ * s.to_channels + part_.begin) * s.to_pixels + first * image;
    T* to = (args.z ? args.z : args.to) + begin;
    for (std::int64_t i = 0; i < size; i += lanes<T>) {
      const int count = static_cast<int>(std::min<std::int64_t>(lanes<T>, size - i));
      const T* rows[lanes<T>];
      for (int l = 0; l < lanes<T>; ++l) rows[l] = from + (i + std::min(l, count - 1)) * width();
      Vec<T> square[lanes<T>];
      load_square(rows, 0, square);
      for (std::int64_t e = 0; e < images; ++e) put(to + e * image + i, square[e], count);
    }
    if (args.activation == Activation::none) return;
    if (args.activation == Activation::relu && !args.z) return;
    for (std::int64_t e = 0; e < images; ++e) {
      const auto at = begin + e * image;
      activate_span(args.to + at, (args.z ? args.z : args.to) + at, size, args.activation,
                    args.slope);
    }
  }
  void put(T* to, Vec<T> value, int count) const noexcept {
    const bool whole = count == lanes<T>;
    if (plan_.args.accumulate) value = (whole ? load(to) : load_first(to, count)) + value;
    whole ? store(to, value) : store_first(to, value, count);
  }

  const ImagePlan<T>& plan_;
  T *copy_, *sums_, *packed_;
  Range part_{}, vectors_{};
  std::int64_t group_ = 0;
};

template <class T>
std::int64_t images_scratch(const ConvArgs<T>& args) {
  const ImagePlan<T> plan(args);
  return plan.workers() * plan.scratch() * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run_images(const ConvArgs<T>& args, void* scratch) {
  ImagePlan<T> plan(args);
  plan.list_taps();
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      T* own = static_cast<T*>(scratch) + worker * plan.scratch();
      ImageBatch<T> batch(plan, own);
      for (auto i = next++; i < plan.items(); i = next++) batch.run(i);
    }
  });
}

}  // namespace deepcore
