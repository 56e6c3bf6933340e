// Indexing by integer arrays, and writing at an index.
#pragma once

#include <vector>

#include "ops/copy.h"

namespace deepcore {

// The elements of a layout: shared where they lie side by side in x, else copied.
Tensor index_layout(const Tensor& x, const Layout& layout);

// y[..., i, ...] = x[..., indices_0[i], indices_1[i], ..., ...]: the axes from `first` on, one for
// each of the int64 tensors, which broadcast; i runs over their common shape. Negative indices
// count from the end.
Tensor index_axes(const Tensor& x, int first, const std::vector<Tensor>& indices);

// The places where a mask is true, an int64 tensor for each of its axes.
std::vector<Tensor> places(const Tensor& mask);

// x at a layout = value, which has its shape.
void assign_layout(const Tensor& x, const Layout& layout, const Tensor& value);

// Element positions[i] of x, counted in row-major order, = value[i].
void assign_positions(const Tensor& x, const Tensor& positions, const Tensor& value);

}  // namespace deepcore
