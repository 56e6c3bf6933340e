// Losses of single elements.
#pragma once

#include "graph/tensor.h"
#include "ops/reduction.h"

namespace deepcore {

// input and target have one shape; weight and pos_weight, or none, broadcast to it.
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction);
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction);
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            Reduction reduction);
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const Tensor& weight, Reduction reduction,
                                        const Tensor& pos_weight);

}  // namespace deepcore
