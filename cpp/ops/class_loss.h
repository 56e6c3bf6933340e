// Losses over classes, from logits or from log-probabilities.
#pragma once

#include "graph/tensor.h"
#include "ops/reduction.h"

namespace deepcore {

// input (N, C, ...) or (C,); target: int64 class indices (N, ...) or (), or probabilities of the
// input's shape; weight (C,) or none.
Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                     std::int64_t ignore_index, Reduction reduction, double label_smoothing);

// input: log-probabilities (N, C, ...) or (C,); target: int64 class indices.
Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                std::int64_t ignore_index, Reduction reduction);

}  // namespace deepcore
