// Views: ops whose output shares the storage of the input; and clone, which undoes the sharing.
#pragma once

#include "ops/axes.h"

namespace deepcore {

// The same elements in row-major order under another shape; one size may be -1.
Tensor reshape(const Tensor& x, Shape shape);
Tensor flatten(const Tensor& x, std::int64_t start_dim, std::int64_t end_dim);
// Cuts one axis into several; one size may be -1.
Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes);
// Without those of the axes that have size 1.
Tensor squeeze(const Tensor& x, const Dims& dims);
inline Tensor squeeze(const Tensor& x, std::int64_t dim) {
  return squeeze(x, std::vector<std::int64_t>{dim});
}
// With an axis of size 1 before axis dim.
Tensor unsqueeze(const Tensor& x, std::int64_t dim);
// The elements from `offset` on, side by side as they lie, under a shape.
Tensor section(const Tensor& x, const Shape& shape, std::int64_t offset);
// Elements start ... stop - 1 of the first axis.
Tensor narrow_leading(const Tensor& x, std::int64_t start, std::int64_t stop);
// The value, outside the graph.
Tensor detach(const Tensor& x);
// The value in a storage of its own, in the graph.
Tensor clone(const Tensor& x);

}  // namespace deepcore
