// Convolutions over one to three axes, and transposed ones.
#pragma once

#include <vector>

#include "graph/tensor.h"
#include "kernels/activation.h"

namespace deepcore {

// Numbers for each of the `axes` spatial axes.
struct ConvOptions {
  int axes;
  std::vector<std::int64_t> stride, dilation;
  std::vector<std::int64_t> before, after;  // padding
  std::int64_t groups = 1;
};

// input (N, C, spatial...) or (C, spatial...), weight (O, C / groups, kernel...), bias (O) or none.
Tensor conv(const Tensor& input, const Tensor& weight, const Tensor& bias,
            const ConvOptions& options, Activation activation = Activation::none,
            double slope = 0.01);

// The gradient of conv with regard to its input, as a layer: weight (C, O / groups, kernel...).
// output_padding is added to the end of each axis of the output.
Tensor conv_transpose(const Tensor& input, const Tensor& weight, const Tensor& bias,
                      const ConvOptions& options, const std::vector<std::int64_t>& output_padding);

}  // namespace deepcore
