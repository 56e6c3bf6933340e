// A few rows that become one, an element of each in turn, and the reverse: channels of pixels, the
// sub-pixels of a shuffle. The number of rows is a constant, so that the loops are vectorized.
#pragma once

#include <cstdint>
#include <type_traits>

namespace deepcore {

inline constexpr std::int64_t most_interleaved = 4;

template <bool accumulate, class T>
inline void put_element(T& y, T x) noexcept {
  y = accumulate ? static_cast<T>(y + x) : x;
}

// to[i * rows + j] = or += from[j * stride + i] for i < n.
template <bool accumulate, int rows, class T>
void interleave(const T* __restrict from, std::int64_t stride, T* __restrict to,
                std::int64_t n) noexcept {
  for (std::int64_t i = 0; i < n; ++i) {
    for (int j = 0; j < rows; ++j) {
      put_element<accumulate>(to[i * rows + j], from[j * stride + i]);
    }
  }
}

// to[j * stride + i] = or += from[i * rows + j] for i < n.
template <bool accumulate, int rows, class T>
void deinterleave(const T* __restrict from, T* __restrict to, std::int64_t stride,
                  std::int64_t n) noexcept {
  for (std::int64_t i = 0; i < n; ++i) {
    for (int j = 0; j < rows; ++j) {
      put_element<accumulate>(to[j * stride + i], from[i * rows + j]);
    }
  }
}

// Calls f(std::integral_constant<int, rows>()) for a number from 2 to most_interleaved.
template <class F>
void with_rows(std::int64_t rows, const F& f) {
  if (rows == 2) return f(std::integral_constant<int, 2>());
  if (rows == 3) return f(std::integral_constant<int, 3>());
  f(std::integral_constant<int, 4>());
}

}  // namespace deepcore
