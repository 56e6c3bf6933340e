// What pooling is asked for, checked and turned into windows.
#pragma once

#include "graph/tensor.h"
#include "kernels/pool.h"

namespace deepcore {

// Sizes hold one number for all axes or one for each; no stride is the kernel's size.
struct PoolOptions {
  Shape kernel, stride{}, padding{0}, dilation{1};
  bool ceil_mode = false;
};

// The same with a number for each axis.
struct PoolSizes {
  Shape kernel, stride, padding, dilation;
};
PoolSizes checked_sizes(const char* op, int rank, const PoolOptions& options);

// Throws unless x has the shape (C, ...) or (N, C, ...) with `rank` axes after the channels, and
// only the batch may be empty. Returns the first of those axes.
int check_planes(const char* op, const Tensor& x, int rank);

Pooling windows_of(const char* op, const Tensor& x, int rank, const PoolOptions& options);
// Windows that make the output have these sizes. Where they divide the input's, they are like any
// other.
Pooling adaptive_windows(const char* op, const Tensor& x, const Shape& sizes);

// The shape of x with the last axes as the windows make them.
Shape pooled_shape(const Tensor& x, int rank, const Pooling& p);

}  // namespace deepcore
