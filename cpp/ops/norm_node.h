// What the normalizations share: checks of their parameters, and how gradients of those are given.
#pragma once

#include <algorithm>

#include "graph/gradients.h"
#include "ops/norm.h"

namespace deepcore {

// `x`, if given, must have this shape and the input's dtype.
inline void check_parameter(const char* op, const char* name, const Tensor& x, const Shape& shape,
                            Dtype dtype) {
  if (!x) return;
  if (!(x->shape() == shape)) {
    throw ValueError(op, name, " must have shape ", shape, ", got ", x->shape(), ".");
  }
  if (x->dtype() != dtype) {
    throw TypeError(op, name, " must have input's dtype ", dtype, ", got ", x->dtype(), ".");
  }
}

inline void check_eps(const char* op, double eps) {
  if (!(eps >= 0)) throw ValueError(op, "eps must be at least 0, got ", eps, ".");
}

// sums (2, n): the gradients of the inputs `weight` and the next one.
template <class T>
void give_affine(Gradients& gradients, int weight, const T* sums, std::int64_t n) {
  for (int i = 0; i < 2; ++i, sums += n) {
    T* out = gradients.of_input<T>(weight + i);
    if (!out) continue;
    const bool accumulate = gradients.accumulate(weight + i);
    for (std::int64_t j = 0; j < n; ++j) out[j] = accumulate ? out[j] + sums[j] : sums[j];
  }
}

}  // namespace deepcore
