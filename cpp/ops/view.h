// Views: ops whose output shares the storage of the input.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

// The same elements in row-major order under another shape; one size may be -1.
Tensor reshape(const Tensor& x, Shape shape);
// Elements start ... stop - 1 of the first axis.
Tensor narrow_leading(const Tensor& x, std::int64_t start, std::int64_t stop);
// The value, outside the graph.
Tensor detach(const Tensor& x);

}  // namespace deepcore
