// y = act(x Wᵀ + b): the dense layer as one node.
#pragma once

#include "graph/tensor.h"
#include "kernels/activation.h"

namespace deepcore {

// input (..., in_features), weight (out_features, in_features), bias (out_features) or none.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::none, double slope = 0.01);

}  // namespace deepcore
