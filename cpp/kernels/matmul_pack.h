// Copies of operands in the order in which a tile reads them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/transpose.h"
#include "base/vec.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

// One operand of a product: element (o, p), o along the output and p along the sum.
template <class T>
struct Operand {
  const T* data;
  std::int64_t size, row, step;  // of the output axis; distances of neighbours in o and in p

  const T* at(std::int64_t o, std::int64_t p) const noexcept { return data + o * row + p * step; }
};

// to[p * width + o] for o < count: lanes from count to width hold numbers that nobody uses.
template <class T>
void pack_rows(const T* from, std::int64_t step, std::int64_t count, std::int64_t k, T* to,
               std::int64_t width) noexcept {
  const auto whole = count / lanes<T> * lanes<T>;
  const int rest = static_cast<int>(count - whole);
  for (std::int64_t p = 0; p < k; ++p, from += step, to += width) {
    for (std::int64_t o = 0; o < whole; o += lanes<T>) store(to + o, load(from + o));
    if (rest) store(to + whole, load_first(from + whole, rest));
  }
}

template <class T>
void pack_transposed(const T* from, std::int64_t row, std::int64_t count, std::int64_t k, T* to,
                     std::int64_t width) noexcept {
  constexpr std::int64_t line = 64 / sizeof(T);
  for (std::int64_t o = 0; o < count; o += lanes<T>) {
    const T* rows[lanes<T>];
    for (int r = 0; r < lanes<T>; ++r) {
      rows[r] = from + std::min<std::int64_t>(o + r, count - 1) * row;
    }
    std::int64_t p = 0;
    for (; p + quad<T> <= k; p += quad<T>) {
      if (p % line == 0) {
        // Four lines ahead of each row: the processor follows fewer rows than these.
        for (int r = 0; r < lanes<T>; ++r) __builtin_prefetch(rows[r] + p + 4 * line);
      }
      Vec<T> out[quad<T>];
      load_transposed(rows, p, out);
      for (int q = 0; q < quad<T>; ++q) store(to + (p + q) * width + o, out[q]);
    }
    for (; p < k; ++p) {
      for (int r = 0; r < lanes<T>; ++r) to[p * width + o + r] = rows[r][p];
    }
  }
}

// A panel of vectors: `count` of y's outputs from `first`, k steps from `begin`; `width` is a
// multiple of the vector.
template <class T>
void pack_panel(const Operand<T>& y, std::int64_t first, std::int64_t count, std::int64_t begin,
                std::int64_t k, T* to, std::int64_t width) noexcept {
  const T* from = y.at(first, begin);
  if (y.row == 1) return pack_rows(from, y.step, count, k, to, width);
  if (y.step == 1) return pack_transposed(from, y.row, count, k, to, width);
  for (std::int64_t p = 0; p < k; ++p) {
    for (std::int64_t o = 0; o < width; ++o) {
      to[p * width + o] = from[std::min(o, count - 1) * y.row + p * y.step];
    }
  }
}

namespace detail {

template <class T, int R>
void pack_broadcasts(const T* from, std::int64_t row, std::int64_t step, std::int64_t k,
                     T* to) noexcept {
  if (row == 1) {
    for (; k > 0; --k, from += step, to += R) {
      __builtin_prefetch(from + 16 * step);
      std::memcpy(to, from, R * sizeof(T));
    }
    return;
  }
  for (; k > 0; --k, from += step, to += R) {
    for (int r = 0; r < R; ++r) to[r] = from[r * row];
  }
}

}  // namespace detail

// Rows to broadcast from, at most tile_rows: to[p * rows + r].
template <class T>
void pack_broadcasts(const Operand<T>& x, std::int64_t first, std::int64_t rows, std::int64_t begin,
                     std::int64_t k, T* to) noexcept {
  static constexpr auto table = []<int... r>(std::integer_sequence<int, r...>) {
    return std::array{detail::pack_broadcasts<T, r + 1>...};
  }
  (std::make_integer_sequence<int, tile_rows>{});
  table[static_cast<std::size_t>(rows - 1)](x.at(first, begin), x.row, x.step, k, to);
}

}  // namespace deepcore
