// Mean and variance along the axis n of a view: two passes a block of 1,024 elements (one pass is
// wrong in the third digit at mean 100), the blocks merged pairwise by Chan's formula.
//
// Reference: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance:
// analysis and recommendations", The American Statistician 37 (1983).
#pragma once

#include <cstdint>

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct Variance {
  std::int64_t (*scratch)(const View& view);  // bytes, 64-byte aligned, that forward needs
  // variance = sum of squared deviations / max(n - correction, 0); both have the shape (outer,
  // inner).
  void (*forward)(const View& view, const T* x, T correction, T* mean, T* variance, void* scratch);
  // dx (+)= g * 2 (x - mean) / max(n - correction, 0).
  void (*backward)(const View& view, const T* x, const T* mean, const T* g, T correction,
                   bool accumulate, T* dx);
};

template <class T>
Variance<T> variance_kernels();

}  // namespace deepcore
