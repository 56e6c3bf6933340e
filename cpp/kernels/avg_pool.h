// The mean of every window: the elements are added row by row in ascending order and divided once.
#pragma once

#include "kernels/pool.h"

namespace deepcore {

struct Averaging {
  bool count_padding;    // whether the padding counts as elements, which are zero
  std::int64_t divisor;  // of every window; 0 for the number of its elements
};

template <class T>
struct AvgPool {
  void (*forward)(const Pooling& p, const Averaging& how, const T* x, T* y);
  // Bytes that backward needs.
  std::int64_t (*scratch)(const Pooling& p, const Averaging& how);
  void (*backward)(const Pooling& p, const Averaging& how, const T* g, bool accumulate, T* dx,
                   void* scratch);
};

template <class T>
AvgPool<T> avg_pool_kernels();

}  // namespace deepcore
