// Normalization layers as one node each.
#pragma once

#include <optional>

#include "graph/tensor.h"

namespace deepcore {

// What batch and instance norm keep of the batches they saw; none of them, or the first two.
struct RunningStatistics {
  Tensor mean, variance;  // (C)
  Tensor batches;         // int64, one element: the batches seen so far, or none
  // The share of the newest batch; none: 1 / batches, the mean of all.
  std::optional<double> momentum = 0.1;
};

// input (N, C, ...), weight and bias (C) or none. Normalizes by the batch and updates `running`, if
// any; or with training = false by `running`. A residual of input's shape is added to the result,
// then relu applied, with the bits of ops of their own.
Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                  const RunningStatistics& running, bool training, double eps, bool relu = false,
                  const Tensor& residual = {});

// input (N, C, ...); the C channels fall into `groups` groups.
Tensor group_norm(const Tensor& input, std::int64_t groups, const Tensor& weight,
                  const Tensor& bias, double eps);

// input (N, C, L, ...). Each channel of each image by itself, the mean of their statistics going to
// `running`; or with use_input_stats = false by `running`.
Tensor instance_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                     const RunningStatistics& running, bool use_input_stats, double eps);

// input (..., *shape), weight and bias (*shape) or none.
Tensor layer_norm(const Tensor& input, const Shape& shape, const Tensor& weight, const Tensor& bias,
                  double eps);
// eps none: the dtype's machine epsilon.
Tensor rms_norm(const Tensor& input, const Shape& shape, const Tensor& weight,
                std::optional<double> eps);

// input (N, C, L, ...), each element divided by (k + alpha / size Σ x²)^beta over `size` channels.
Tensor local_response_norm(const Tensor& input, std::int64_t size, double alpha, double beta,
                           double k);

}  // namespace deepcore
