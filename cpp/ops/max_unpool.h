// The way back from maxima to where they were.
#pragma once

#include <optional>

#include "ops/pool_windows.h"

namespace deepcore {

// Zeros with the elements of x at the positions `indices` in their planes. The planes have the
// last of the sizes asked for, or those that pooling with these options made x of.
Tensor max_unpool(const char* op, const Tensor& x, const Tensor& indices, int rank,
                  const PoolOptions& options, const std::optional<Shape>& output_size);

}  // namespace deepcore
