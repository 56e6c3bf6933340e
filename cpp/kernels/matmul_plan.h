// How a product is cut: which operand lies along the lanes, the tiles, and the pieces for threads.
// None of it changes a bit of the result.
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

template <class T>
struct Plan {
  static constexpr std::int64_t widest = tile_vectors * lanes<T>;
  // Rows whose sums are transposed together where the output lies across the lanes.
  static constexpr std::int64_t group = std::lcm(tile_rows, lanes<T>);

  Operand<T> x, y;  // read by broadcasts, by vectors
  std::int64_t k;
  bool across;  // the vectors run down columns of c: x is b and y is a
  std::int64_t units, vectors, panels;
  std::int64_t grid_x = 1, grid_y = 1;  // pieces of units and of panels
  std::int64_t block;                   // panels packed before x is walked

  explicit Plan(const MatmulArgs<T>& args);

  // Rows of x that are walked together.
  Range unit(std::int64_t i) const noexcept {
    if (across) return {i * group, std::min((i + 1) * group, x.size)};
    return part_of(x.size, units, i);
  }
  bool packs_x() const noexcept { return x.step != 1 && panels > 1; }
  std::int64_t panel_size() const noexcept { return round(k * widest); }
  std::int64_t sums_size() const noexcept { return across ? round(group * widest) : 0; }
  std::int64_t x_size() const noexcept { return packs_x() ? round(group * k) : 0; }
  std::int64_t piece_size() const noexcept { return block * panel_size() + sums_size() + x_size(); }
  std::int64_t pieces() const noexcept { return grid_x * grid_y; }

 private:
  // A multiple of 64 bytes.
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
  units = divide_up(x.size, across ? group : tile_rows);
  vectors = divide_up(y.size, lanes<T>);
  panels = divide_up(vectors, tile_vectors);
  const auto flops = 2 * args.m * args.n * k;
  if (flops >= 2 * grain_flops) cut(std::min<std::int64_t>(num_threads(), flops / grain_flops));
  constexpr std::int64_t packed = 512 * 1024 / sizeof(T);  // half of a core's L2
  block = std::clamp<std::int64_t>(packed / std::max<std::int64_t>(panel_size(), 1), 1,
                                   divide_up(panels, grid_y));
}

// The grid whose largest piece is smallest; among equals the one that packs least.
template <class T>
void Plan<T>::cut(std::int64_t threads) noexcept {
  double best = 0;
  for (std::int64_t columns = 1; columns <= std::min(threads, panels); ++columns) {
    const auto rows = std::min(threads / columns, units);
    const double packing = 4 * divide_up(panels, columns);
    const double cost =
        static_cast<double>(divide_up(panels, columns)) * divide_up(units, rows) * tile_rows +
        packing;
    if (best == 0 || cost < best) {
      best = cost;
      grid_x = rows;
      grid_y = columns;
    }
  }
}

}  // namespace deepcore
