// Maxima and minima, and where they are.
#pragma once

#include <utility>

#include "ops/axes.h"

namespace deepcore {

// Of all elements; those that are equal to it share its gradient.
Tensor extreme(const char* op, const Tensor& x, bool largest);
// Along axis dim: values, whose gradient goes to the first of equals, and indices.
std::pair<Tensor, Tensor> extreme(const char* op, const Tensor& x, std::int64_t dim, bool keepdim,
                                  bool largest);
// The indices alone: along axis dim, or into the flattened tensor.
Tensor arg_extreme(const char* op, const Tensor& x, std::optional<std::int64_t> dim, bool keepdim,
                   bool largest);

}  // namespace deepcore
