// The transpose of small squares in registers.
#pragma once

#include <utility>

#include "base/vec.h"

namespace deepcore {

// Lanes first, first + 1, ... of both, in turn.
template <int first, class T, int... Lane>
inline Vec<T> interleave(Vec<T> a, Vec<T> b, std::integer_sequence<int, Lane...>) noexcept {
  return __builtin_shufflevector(a, b, (first + Lane / 2 + Lane % 2 * lanes<T>)...);
}

// to[j * to_stride + i] (+)= from[i * from_stride + j] for a register's width of i and j:
// interleaving row i with row i + width / 2, as often as the width has halves, carries every
// element to its mirror place.
template <bool accumulate, class T>
inline void transpose_square(const T* from, std::int64_t from_stride, T* to,
                             std::int64_t to_stride) noexcept {
  constexpr int width = lanes<T>;
  constexpr auto all = std::make_integer_sequence<int, width>();
  Vec<T> rows[width], next[width];
  for (int i = 0; i < width; ++i) rows[i] = load(from + i * from_stride);
  for (int step = 1; step < width; step *= 2) {
    for (int i = 0; i < width / 2; ++i) {
      next[2 * i] = interleave<0, T>(rows[i], rows[i + width / 2], all);
      next[2 * i + 1] = interleave<width / 2, T>(rows[i], rows[i + width / 2], all);
    }
    for (int i = 0; i < width; ++i) rows[i] = next[i];
  }
  for (int i = 0; i < width; ++i) {
    T* row = to + i * to_stride;
    store(row, accumulate ? load(row) + rows[i] : rows[i]);
  }
}

}  // namespace deepcore
