// How a product is cut: which operand lies along the lanes, the tiles, what is packed at a time,
// and the pieces for threads. None of it changes a bit of the result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/parallel.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

// Some vectors of y, side by side.
struct Panel {
  std::int64_t first, count;     // outputs
  std::int64_t vectors, offset;  // `offset` vectors behind the block's first
};

template <class T>
struct Plan {
  static constexpr std::int64_t widest = tile_vectors * lanes<T>;
  static constexpr std::int64_t gap = 64 / sizeof(T);

  Operand<T> x, y;  // read by broadcasts, by vectors
  std::int64_t k;
  bool across;  // the vectors run down columns of c: x is b and y is a

  Split tiles, panels;          // of x's rows, of y's vectors
  std::int64_t unit_rows = 0;   // rows of x that are walked together,
  std::int64_t unit_tiles = 0;  //   or tiles where rows are not cut at multiples
  std::int64_t units = 0;
  std::int64_t grid_x = 1, grid_y = 1;  // pieces of units and of panels
  std::int64_t workers = 1;             // threads, which take one piece after another
  std::int64_t chunk = 0, block = 0;    // steps of k and panels that are packed at a time
  std::int64_t group = 0;               // units whose sums stay in L2 from chunk to chunk

  bool packs_x = false;
  bool whole_y = false;    // all of y is packed before the first group
  bool streams_y = false;  // y is packed during the tiles before

  explicit Plan(const MatmulArgs<T>& args);

  Range unit(std::int64_t u) const noexcept {
    if (across) return {u * unit_rows, std::min((u + 1) * unit_rows, x.size)};
    return {tiles.begin(u * unit_tiles),
            tiles.begin(std::min((u + 1) * unit_tiles, tiles.parts()))};
  }
  Panel panel(std::int64_t q, std::int64_t first) const noexcept {
    const auto v = panels[q];
    const auto begin = v.begin * lanes<T>;
    return {begin, std::min(v.size() * lanes<T>, y.size - begin), v.size(),
            v.begin - panels.begin(first)};
  }
  // Twice over rows that are contiguous costs less than once and a copy.
  bool packs(const Panel& panel) const noexcept {
    return y.row != 1 || tiles.parts() > 2 || panel.count < panel.vectors * lanes<T>;
  }

  // In elements, each a multiple of 64 bytes.
  std::int64_t y_size() const noexcept {
    if (whole_y) return divide_up(panels.parts(), grid_y) * widest * k;
    return block * widest * chunk;
  }
  std::int64_t x_size() const noexcept {
    return packs_x ? divide_up(unit_rows * chunk, gap) * gap + unit_rows / tile_rows * gap : 0;
  }
  std::int64_t slab_size() const noexcept {
    return divide_up(unit_rows, tile_rows) * tile_rows * block * widest;
  }
  std::int64_t sums_size() const noexcept { return (chunk < k ? group : 1) * slab_size(); }
  std::int64_t piece_size() const noexcept {
    return (streams_y ? 2 : 1) * y_size() + x_size() + sums_size();
  }
  std::int64_t pieces() const noexcept { return grid_x * grid_y; }

 private:
  void orient(const MatmulArgs<T>& args) noexcept;
  void cut(std::int64_t threads, std::int64_t flops) noexcept;
  void size_blocks() noexcept;
};

namespace detail {

// Cycles, measured on an AVX-512 core: a vector costs half a cycle to multiply, 1.5 to copy, 4.5 to
// transpose from rows, 20 to gather.
template <class T>
double matmul_cost(const Operand<T>& x, const Operand<T>& y, std::int64_t k, bool across) noexcept {
  const double packing = y.row == 1 ? 1.5 : y.step == 1 ? 4.5 : 20;
  const auto vectors = static_cast<double>(divide_up(y.size, lanes<T>));
  const auto rows = static_cast<double>(x.size), steps = static_cast<double>(k);
  return vectors * (steps * (rows / 2 + packing) + (across ? rows * 8 : 0));
}

}  // namespace detail

template <class T>
Plan<T>::Plan(const MatmulArgs<T>& args) : k(args.k) {
  orient(args);
  const auto flops = 2 * args.m * args.n * k;
  if (flops >= 2 * grain_flops) cut(std::min(args.threads, flops / grain_flops), flops);
  size_blocks();
}

template <class T>
void Plan<T>::orient(const MatmulArgs<T>& args) noexcept {
  const Operand<T> a{args.a, args.m, args.a_row, args.a_col};
  const Operand<T> b{args.b, args.n, args.b_col, args.b_row};
  across = detail::matmul_cost(b, a, k, true) < detail::matmul_cost(a, b, k, false);
  x = across ? b : a;
  y = across ? a : b;
  const auto vectors = divide_up(y.size, lanes<T>);
  panels = Split(vectors, divide_up(vectors, tile_vectors));
  tiles = Split(x.size, divide_up(x.size, tile_rows));
  packs_x = x.step != 1 && panels.parts() > 1;
  // Columns of c are transposed by whole vectors. Rows that are packed are many, so that y, read
  // once a unit, may come from L3.
  constexpr int packed_rows = 128 / tile_rows * tile_rows;
  unit_rows = across ? std::lcm(tile_rows, lanes<T>) : packs_x ? packed_rows : 2 * tile_rows;
  unit_tiles = unit_rows / tile_rows;
  units = across ? divide_up(x.size, unit_rows) : divide_up(tiles.parts(), unit_tiles);
}

// The grid whose largest piece is smallest; among equals the one that packs least. Large products
// have two pieces a thread, so that one which was interrupted waits for half as long: 5 % on two
// cores. Four pack too much.
template <class T>
void Plan<T>::cut(std::int64_t threads, std::int64_t flops) noexcept {
  constexpr std::int64_t large = 50'000'000;
  const auto most = threads == 1 ? 1 : std::clamp(flops / large, threads, 2 * threads);
  double best = 0;
  for (std::int64_t columns = 1; columns <= std::min(most, panels.parts()); ++columns) {
    const auto rows = std::min(most / columns, units);
    const auto width = divide_up(panels.parts(), columns);
    const auto cost = static_cast<double>(width * (divide_up(units, rows) * unit_rows + 4));
    if (best == 0 || cost < best) {
      best = cost;
      grid_x = rows;
      grid_y = columns;
    }
  }
  workers = std::min(threads, pieces());
}

// What is used again and again stays in L2, which is taken to be 1 MB.
template <class T>
void Plan<T>::size_blocks() noexcept {
  constexpr std::int64_t kb = 1024 / sizeof(T), longest = 512;
  chunk = std::min(k, longest);
  const auto columns = divide_up(panels.parts(), grid_y), rows = divide_up(units, grid_x);
  const auto y_rows = columns * widest, y_whole = y_rows * k;
  streams_y = y.row == 1 && rows * unit_rows < 512 && y_whole > 512 * kb;
  // Two blocks, and x, where y is packed during the tiles before.
  const auto packed = streams_y ? 192 * kb : packs_x && k == chunk ? 4096 * kb : 640 * kb;
  const auto blocks = divide_up(y_rows * chunk, packed);
  block = divide_up(columns, std::clamp<std::int64_t>(blocks, 1, columns));
  group = rows;
  if (chunk < k && !streams_y && y_whole <= 4096 * kb) {
    group = std::clamp<std::int64_t>(128 * kb / slab_size(), 1, rows);
    whole_y = group < rows;
  }
}

}  // namespace deepcore
