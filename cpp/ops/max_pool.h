// The greatest elements of windows, and where they are.
#pragma once

#include "ops/pool_windows.h"

namespace deepcore {

// The maxima over `rank` axes and, if asked for, their positions in the plane; else none.
std::pair<Tensor, Tensor> max_pool(const char* op, const Tensor& x, int rank,
                                   const PoolOptions& options, bool indices);
std::pair<Tensor, Tensor> adaptive_max_pool(const char* op, const Tensor& x, const Shape& sizes,
                                            bool indices);

}  // namespace deepcore
