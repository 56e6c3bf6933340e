// How a product is cut: which operand lies along the lanes, the tiles, what is packed at a time,
// and the pieces for threads. None of it changes a bit of the result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/parallel.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

struct Range {
  std::int64_t begin, end;
  std::int64_t size() const noexcept { return end - begin; }
};

// Part i of `parts` nearly equal ones of 0 ... n.
constexpr Range part_of(std::int64_t n, std::int64_t parts, std::int64_t i) {
  return {n * i / parts, n * (i + 1) / parts};
}

// Some vectors of y, side by side.
struct Panel {
  std::int64_t first, count;     // outputs
  std::int64_t vectors, offset;  // `offset` vectors behind the block's first
};

template <class T>
struct Plan {
  static constexpr std::int64_t widest = tile_vectors * lanes<T>;
  // Rows of x that are walked together, and transposed together where the output lies across.
  static constexpr std::int64_t unit_rows = std::lcm(tile_rows, lanes<T>);

  Operand<T> x, y;  // read by broadcasts, by vectors
  std::int64_t k;
  bool across;  // the vectors run down columns of c: x is b and y is a
  std::int64_t tiles, units, vectors, panels;
  std::int64_t grid_x = 1, grid_y = 1;  // pieces of units and of panels
  std::int64_t chunk, block;            // steps of k and panels that are packed at a time

  explicit Plan(const MatmulArgs<T>& args);

  Range unit(std::int64_t u) const noexcept {
    if (across) return {u * unit_rows, std::min((u + 1) * unit_rows, x.size)};
    return {part_of(x.size, tiles, u * per_unit).begin,
            part_of(x.size, tiles, std::min((u + 1) * per_unit, tiles)).begin};
  }
  Panel panel(std::int64_t q, std::int64_t first) const noexcept {
    const auto v = part_of(vectors, panels, q);
    const auto begin = v.begin * lanes<T>;
    return {begin, std::min(v.size() * lanes<T>, y.size - begin), v.size(),
            v.begin - part_of(vectors, panels, first).begin};
  }
  // Twice over rows that are contiguous costs less than once and a copy.
  bool packs(const Panel& panel) const noexcept {
    return y.row != 1 || tiles > 2 || panel.count < panel.vectors * lanes<T>;
  }
  bool packs_x() const noexcept { return x.step != 1 && panels > 1; }

  // In elements, each a multiple of 64 bytes.
  std::int64_t y_size() const noexcept { return block * widest * round(chunk); }
  std::int64_t x_size() const noexcept { return packs_x() ? unit_rows * round(chunk) : 0; }
  std::int64_t slab_size() const noexcept { return unit_rows * block * widest; }
  std::int64_t sums_size() const noexcept {
    return chunk < k ? divide_up(units, grid_x) * slab_size() : slab_size();
  }
  std::int64_t piece_size() const noexcept { return y_size() + x_size() + sums_size(); }
  std::int64_t pieces() const noexcept { return grid_x * grid_y; }

 private:
  static constexpr std::int64_t per_unit = unit_rows / tile_rows;
  static std::int64_t round(std::int64_t size) noexcept { return divide_up(size, 16) * 16; }
  void cut(std::int64_t threads) noexcept;
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
  const Operand<T> a{args.a, args.m, args.a_row, args.a_col};
  const Operand<T> b{args.b, args.n, args.b_col, args.b_row};
  across = detail::matmul_cost(b, a, k, true) < detail::matmul_cost(a, b, k, false);
  x = across ? b : a;
  y = across ? a : b;
  tiles = divide_up(x.size, tile_rows);
  units = divide_up(x.size, unit_rows);
  if (!across) units = divide_up(tiles, per_unit);
  vectors = divide_up(y.size, lanes<T>);
  panels = divide_up(vectors, tile_vectors);
  const auto flops = 2 * args.m * args.n * k;
  if (flops >= 2 * grain_flops) cut(std::min<std::int64_t>(num_threads(), flops / grain_flops));

  constexpr std::int64_t longest = 512, packed = 512 * 1024 / sizeof(T);
  chunk = k <= 2 * longest ? k : longest;
  block = std::clamp<std::int64_t>(packed / std::max<std::int64_t>(chunk * widest, 1), 1,
                                   divide_up(panels, grid_y));
}

// The grid whose largest piece is smallest; among equals the one that packs least.
template <class T>
void Plan<T>::cut(std::int64_t threads) noexcept {
  double best = 0;
  for (std::int64_t columns = 1; columns <= std::min(threads, panels); ++columns) {
    const auto rows = std::min(threads / columns, units);
    const auto packing = 4 * divide_up(panels, columns);
    const auto cost = static_cast<double>(
        divide_up(panels, columns) * divide_up(units, rows) * unit_rows + packing);
    if (best == 0 || cost < best) {
      best = cost;
      grid_x = rows;
      grid_y = columns;
    }
  }
}

}  // namespace deepcore
