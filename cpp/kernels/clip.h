// Norms of gradients, and scaling them down.
#pragma once

#include <cstdint>

namespace deepcore {

template <class T>
struct Clip {
  // The doubles of scratch that power_sum needs for n elements.
  std::int64_t (*scratch)(std::int64_t n);
  // Σ |x|^p in double, or the maximum of |x| where p is infinite; a NaN anywhere gives NaN. Blocks
  // have a fixed size and are added in order.
  double (*power_sum)(const T* x, std::int64_t n, double p, double* scratch);
  void (*scale)(T* x, std::int64_t n, T factor);
};

template <class T>
Clip<T> clip_kernels();

}  // namespace deepcore
