// Softmax and its logarithm along an axis.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

Tensor softmax(const Tensor& x, std::int64_t dim);
Tensor log_softmax(const Tensor& x, std::int64_t dim);

}  // namespace deepcore
