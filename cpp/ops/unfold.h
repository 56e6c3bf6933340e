// Windows of images as columns of a matrix, and back.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

// Of rows and columns each.
struct Windows {
  Shape kernel_size, dilation, padding, stride;
};

// (N, C, H, W) to (N, C kh kw, L), for L windows; or without N.
Tensor unfold(const Tensor& x, const Windows& windows);
// (N, C kh kw, L) to (N, C, *output_size), windows that overlap added; or without N.
Tensor fold(const Tensor& x, const Shape& output_size, const Windows& windows);

}  // namespace deepcore
