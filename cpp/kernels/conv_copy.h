// Bands of images with their zero padding, split into the phases of the stride: what a tap meets
// then lies side by side, at a fixed distance from tap to tap. A row of the copy is as long as a
// row of `to` and what the kernel reaches over; or there is a copy for each column of the kernel,
// and rows are no longer than those of `to`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/lanes.h"
#include "base/vec.h"
#include "kernels/conv.h"
#include "kernels/conv_walk.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

// A piece of an image of `to`: rows and columns of one depth.
struct Band {
  const AxisWalk* depth;
  std::int64_t deep;  // of the walk
  Range rows, columns;
};

// A vector of a row of the copy. Whole vectors are written: what is too far is for the next row to
// write over, or lies between planes.
template <class T>
struct CopyPiece {
  std::int64_t from, to;  // from the beginning of a row of the image, of the first phase's copy
  Mask<T> inside;         // the lanes that are not left or right of the image
};

// How images are cut into bands, and where things lie in a copy: [phases][slabs][rows][width] a
// channel.
template <class T>
class CopyPlan {
 public:
  CopyPlan(const ConvShape& shape, ConvDirection direction, std::int64_t least_bands,
           bool columns_apart)
      : sides(shape, direction) {
    for (int i = 0; i < 3; ++i) axes[i] = walk_axis(shape.axes[i], direction);
    if (columns_apart) axes[2] = without_shifts(axes[2]);
    for (const auto& walk : axes[0].walks) depth_places += walk.count;
    for (const auto& axis : axes) phases *= static_cast<std::int64_t>(axis.phases.size());
    cut(least_bands);
    for (std::int64_t i = 0; i < bands_w; ++i) list_pieces(i * columns);
  }

  std::int64_t span(int i) const noexcept { return axes[i].last_shift - axes[i].first_shift; }
  std::int64_t copy_rows() const noexcept { return rows + span(1); }
  std::int64_t plane() const noexcept { return (1 + span(0)) * copy_rows() * width + slack(); }
  std::int64_t channel() const noexcept { return phases * plane(); }
  // In elements, a multiple of 64 bytes. Tiles may read past the last pixel, rows be written past
  // their ends.
  std::int64_t size() const noexcept {
    return divide_up(sides.from_channels * channel() + 8 * lanes<T>, 16) * 16;
  }

  // Of a channel, from the place of the band's first pixel of `to`.
  std::int64_t place(const AxisTap& depth, const AxisTap& height,
                     const AxisTap& tap) const noexcept {
    const auto fh = static_cast<std::int64_t>(axes[1].phases.size());
    const auto fw = static_cast<std::int64_t>(axes[2].phases.size());
    const auto phase = (depth.phase * fh + height.phase) * fw + tap.phase;
    const auto row = (depth.shift - axes[0].first_shift) * copy_rows() + height.shift;
    return phase * plane() + (row - axes[1].first_shift) * width + tap.shift - axes[2].first_shift;
  }

  // Whether a copy of a whole image is the image.
  bool is_identity() const noexcept {
    return std::all_of(axes, axes + 3, [](const AxisWalks& a) {
      return a.stride == 1 && a.phases == std::vector<std::int64_t>{0} && a.first_shift == 0 &&
             a.last_shift == 0 && a.from_size == a.longest;
    });
  }

  std::int64_t bands() const noexcept { return depth_places * bands_h * bands_w; }
  Band band(std::int64_t i) const noexcept {
    const auto cut = [](std::int64_t k, std::int64_t size, std::int64_t end) {
      return Range{k * size, std::min((k + 1) * size, end)};
    };
    Band b{axes[0].walks.data(), i / (bands_h * bands_w), {}, {}};
    for (; b.deep >= b.depth->count; ++b.depth) b.deep -= b.depth->count;
    b.rows = cut(i / bands_w % bands_h, rows, axes[1].longest);
    b.columns = cut(i % bands_w, columns, axes[2].longest);
    return b;
  }

  std::span<const CopyPiece<T>> pieces(const Band& band) const noexcept {
    const auto count = pieces_.size() / static_cast<std::size_t>(bands_w);
    const auto i = static_cast<std::size_t>(band.columns.begin / columns);
    return {pieces_.data() + i * count, count};
  }

  ConvSides sides;
  AxisWalks axes[3];
  std::int64_t phases = 1, depth_places = 0;
  std::int64_t rows = 0, columns = 0, bands_h = 1, bands_w = 1, width = 0;  // of a band

 private:
  std::int64_t slack() const noexcept { return phases > 1 ? lanes<T> : 0; }

  void list_pieces(std::int64_t first_column) {
    const auto& w = axes[2];
    for (std::size_t k = 0; k < w.phases.size(); ++k) {
      for (std::int64_t i = 0; i < width; i += lanes<T>) {
        const auto place = w.phases[k] + w.stride * (first_column + w.first_shift + i);
        const auto inside =
            lanes_between<T>(divide_up(-place, w.stride), divide_up(w.from_size - place, w.stride));
        const auto to = static_cast<std::int64_t>(k) * plane() + i;
        pieces_.push_back({any<T>(inside) ? place : 0, to, inside});
      }
    }
  }

  // A copy of about 512 KB stays in L2 beside the weights, and so do the sums of a tile's rows.
  void cut(std::int64_t least) noexcept {
    constexpr std::int64_t budget = (512 << 10) / sizeof(T);
    const auto sums = tile_rows * static_cast<std::int64_t>(axes[2].walks.size());
    const auto a_pixel = std::max(sides.from_channels * phases * (1 + span(0)), sums);
    const auto pixels = std::max<std::int64_t>(budget / a_pixel, 1);
    const auto height = axes[1].longest, breadth = axes[2].longest;
    const auto most = pixels / std::max<std::int64_t>(breadth + span(2), 1) - span(1);
    bands_h = std::max(most >= 1 ? divide_up(height, most) : height, std::min(height, least));
    if (most < 1) {
      const auto fit = pixels / (1 + span(1)) - span(2);
      bands_w = divide_up(breadth, std::max(fit, std::int64_t{lanes<T>}));
    }
    if (height == 1) bands_w = std::max(bands_w, least);
    rows = divide_up(height, std::max<std::int64_t>(bands_h, 1));
    columns = divide_up(breadth, std::max<std::int64_t>(bands_w, 1));
    width = columns + span(2);
    bands_h = rows ? divide_up(height, rows) : 0;
    bands_w = columns ? divide_up(breadth, columns) : 0;
  }

  std::vector<CopyPiece<T>> pieces_;  // of each band of columns, phase by phase
};

// What the lanes of gradients of weights are, on every level: 64 bytes.
template <class T>
inline constexpr int line = 64 / sizeof(T);

// Into L2.
template <class T>
inline void fetch_span(const T* p, std::int64_t n) noexcept {
  for (std::int64_t i = 0; i < n; i += line<T>) __builtin_prefetch(p + i, 0, 2);
}

// Their sum, by halves.
template <class T>
inline T fold_lanes(T* lane) noexcept {
  for (int half = line<T> / 2; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  }
  return lane[0];
}

// Rows of the image are read in ascending order, once for all the phases of their columns.
template <class T>
class BandCopy {
 public:
  // Of images that lie between begin and end.
  BandCopy(const CopyPlan<T>& plan, const Band& band, const T* begin, const T* end) noexcept
      : plan_(plan), band_(band), pieces_(plan.pieces(band)), begin_(begin), end_(end) {}

  // All channels of an image.
  void run(const T* image, T* to) const noexcept {
    for (std::int64_t c = 0; c < plan_.sides.from_channels; ++c) {
      channel(image + c * plan_.sides.from_pixels, to + c * plan_.channel());
    }
  }

 private:
  void channel(const T* from, T* to) const noexcept {
    const auto& [d, h, w] = plan_.axes;
    const auto columns = static_cast<std::int64_t>(w.phases.size()) * plan_.plane();
    const auto first = band_.rows.begin + h.first_shift;
    for (const auto fd : d.phases) {
      T* row = to;
      for (auto i = band_.deep + d.first_shift; i <= band_.deep + d.last_shift; ++i) {
        const auto deep = fd + d.stride * i;
        for (auto j = first; j < first + plan_.copy_rows(); ++j, row += plan_.width) {
          T* out = row;
          for (const auto fh : h.phases) {
            const auto place = fh + h.stride * j;
            if (d.inside(deep) && h.inside(place)) {
              copy_row(from + (deep * h.from_size + place) * w.from_size, out);
            } else {
              for (const auto& piece : pieces_) store(out + piece.to, Vec<T>{});
            }
            out += columns;
          }
        }
      }
      to += static_cast<std::int64_t>(h.phases.size()) * columns;
    }
  }

  void copy_row(const T* from, T* to) const noexcept {
    // A processor foresees no further than the page of 4 KB, which may be a channel.
    const auto size = plan_.axes[2].from_size;
    fetch_span(from + (4 << 10) / sizeof(T), size);
    const auto reach = 4 * lanes<T>;
    const bool guarded = from - begin_ < reach || end_ - from < size + reach;
    switch (plan_.axes[2].stride) {
      case 1:
        return guarded ? copy_pieces<1, true>(from, to) : copy_pieces<1, false>(from, to);
      case 2:
        return guarded ? copy_pieces<2, true>(from, to) : copy_pieces<2, false>(from, to);
      default:
        return copy_pieces<0, true>(from, to);
    }
  }
  template <int stride, bool guarded>
  void copy_pieces(const T* from, T* to) const noexcept {
    for (const auto& piece : pieces_) {
      store(to + piece.to, keep<T>(read<stride, guarded>(from + piece.from, piece), piece.inside));
    }
  }
  template <int stride, bool guarded>
  Vec<T> read(const T* from, const CopyPiece<T>& piece) const noexcept {
    const auto at = [&](const T* p) { return guarded ? load_inside(p, begin_, end_) : load(p); };
    if constexpr (stride == 1) {
      return at(from);
    } else if constexpr (stride == 2) {
      return take_apart<T>(at(from), at(from + lanes<T>)).even;
    } else {
      T lane[lanes<T>] = {};
      for (int l = 0; l < lanes<T>; ++l) {
        if (piece.inside[l]) lane[l] = from[l * plan_.axes[2].stride];
      }
      return load(lane);
    }
  }

  const CopyPlan<T>& plan_;
  const Band& band_;
  std::span<const CopyPiece<T>> pieces_;
  const T *begin_, *end_;
};

}  // namespace deepcore
