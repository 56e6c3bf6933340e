// A convolution and the batch norm after it, in eval mode.
#pragma once

#include "ops/conv.h"
#include "ops/norm.h"

namespace deepcore {

// Batch norm by running statistics, and what may follow it.
struct EvalNorm {
  Tensor weight, bias;    // (O) or none
  Tensor mean, variance;  // (O)
  double eps = 1e-5;
  bool relu = false;
};

// relu(batch_norm(conv(input))) with the bits of ops of their own: one node where no
// gradient is recorded.
Tensor conv_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                 const ConvOptions& options, const EvalNorm& norm);

}  // namespace deepcore
