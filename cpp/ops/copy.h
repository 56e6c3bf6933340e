// Ops whose output is a copy of elements of the input in another order.
#pragma once

#include <vector>

#include "graph/tensor.h"

namespace deepcore {

// Element i of y's shape is element offset + Σ i_k strides[k] of x; a stride of 0 repeats, and
// otherwise no element is taken twice.
struct Layout {
  Shape shape;
  std::int64_t strides[Shape::max_rank] = {};
  std::int64_t offset = 0;
};

// The row-major layout of x itself, to start from.
Layout layout_of(const Tensor& x);
Tensor copy_as(const char* op, const Tensor& x, const Layout& layout);

// Axis k of the result is axis dims[k] of x.
Tensor permute(const Tensor& x, const std::vector<std::int64_t>& dims);
Tensor transpose(const Tensor& x, std::int64_t dim0, std::int64_t dim1);
Tensor flip(const Tensor& x, const std::vector<std::int64_t>& dims);
// Axes of size 1 repeated, new axes in front; -1 keeps a size.
Tensor expand(const Tensor& x, Shape shape);
// Elements start, start + step, ... along an axis.
Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t count, std::int64_t step);
// One after the other along an axis, or along a new one.
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim);
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim);
// The parts of sizes `sizes` along an axis; those of axis 0 share x's storage.
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                          std::int64_t dim);
std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim);

}  // namespace deepcore
