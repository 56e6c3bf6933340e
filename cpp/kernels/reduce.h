// Sums and means along the axis n of a view, and their gradient.
//
// Order of summation, on every level: along a row (inner = 1) blocks of 1,024 elements in sixteen
// virtual lanes; down columns blocks of 128 rows, in row order; blocks are merged pairwise. So a
// result's bits depend on its own elements and on the view's n alone.
#pragma once

#include <cstdint>

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct Reduce {
  // Bytes of scratch, 64-byte aligned, that sum needs.
  std::int64_t (*scratch)(const View& view);
  // y (+)= sum / divisor: for a mean the divisor is n.
  void (*sum)(const View& view, const T* x, T divisor, bool accumulate, T* y, void* scratch);
  // dx (+)= g / divisor, where g has the shape (outer, inner).
  void (*spread)(const View& view, const T* g, T divisor, bool accumulate, T* dx);
};

template <class T>
Reduce<T> reduce_kernels();

}  // namespace deepcore
