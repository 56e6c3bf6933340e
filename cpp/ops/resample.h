// Other sizes of the axes behind (N, C), by interpolation.
#pragma once

#include <string>
#include <vector>

#include "graph/tensor.h"

namespace deepcore {

struct ResampleOptions {
  std::string mode = "nearest";
  // Output to input of each axis, where the sizes were made from them; none: by the sizes.
  std::vector<double> scales;
  bool align_corners = false;
  bool antialias = false;
};

// x (N, C, ...) to (N, C, *size).
Tensor interpolate(const Tensor& x, const Shape& size, const ResampleOptions& options);

}  // namespace deepcore
