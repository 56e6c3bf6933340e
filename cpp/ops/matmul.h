// Matrix products of tensors: @.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

// (..., m, k) @ (..., k, n) -> (..., m, n), leading axes broadcast; a tensor of one axis is a row
// on the left and a column on the right, and that axis is dropped from the result.
Tensor matmul(const Tensor& a, const Tensor& b);

}  // namespace deepcore
