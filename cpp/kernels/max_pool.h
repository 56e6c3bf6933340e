// The greatest element of every window. NaN counts as more than any number; of equal elements the
// first stays, of several NaN the last.
#pragma once

#include "kernels/pool.h"

namespace deepcore {

// Windows of up to so many elements remember in one byte which of them is the greatest.
inline constexpr std::int64_t byte_taps = 256;

template <class T>
struct MaxPool {
  void (*forward)(const Pooling& p, const T* x, T* y);
  // Also which element of the window, whole or not, y is: the tap (kd * KH + kh) * KW + kw.
  void (*forward_taps)(const Pooling& p, const T* x, T* y, std::uint8_t* tap);
  // Also where in its plane, counted through, y is.
  void (*forward_indices)(const Pooling& p, const T* x, T* y, std::int64_t* index);
  // dx (+)= g where the greatest elements are, and zero elsewhere.
  void (*backward)(const Pooling& p, const std::uint8_t* tap, const T* g, bool accumulate, T* dx);
};

template <class T>
MaxPool<T> max_pool_kernels();

}  // namespace deepcore
