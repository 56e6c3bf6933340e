// The means of windows.
#pragma once

#include "kernels/avg_pool.h"
#include "ops/pool_windows.h"

namespace deepcore {

Tensor avg_pool(const char* op, const Tensor& x, int rank, const PoolOptions& options,
                const Averaging& how);
Tensor adaptive_avg_pool(const char* op, const Tensor& x, const Shape& sizes);

}  // namespace deepcore
