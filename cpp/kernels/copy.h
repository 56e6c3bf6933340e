// Moving elements: between any two strided layouts, and rows by index. Elements are moved, or added
// where accumulate; every destination is met once, or in the order of the indices.
#pragma once

#include <cstdint>

#include "base/shape.h"
#include "kernels/view.h"

namespace deepcore {

// to[Σ i_k to_strides_k] = from[Σ i_k from_strides_k] for all indices i below `sizes`; strides are
// counted in elements, may be negative, and 0 in `from`.
template <class T>
struct StridedArgs {
  Shape sizes;
  const T* from;
  std::int64_t from_strides[Shape::max_rank];
  T* to;
  std::int64_t to_strides[Shape::max_rank];
  bool accumulate = false;
};

template <class T>
struct Copy {
  void (*strided)(const StridedArgs<T>& args);
  // y[o, k, i] = x[o, index[k], i]: x has the shape of the view, y (outer, count, inner).
  void (*gather)(const View& view, const T* x, const std::int64_t* index, std::int64_t count, T* y);
  // x[o, index[k], i] = or += y[o, k, i]; of equal indices the last one stays.
  void (*scatter)(const View& view, const T* y, const std::int64_t* index, std::int64_t count,
                  bool accumulate, T* x);
};

template <class T>
Copy<T> copy_kernels();

}  // namespace deepcore
