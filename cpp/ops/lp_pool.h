// Power averages of windows.
#pragma once

#include "ops/pool_windows.h"

namespace deepcore {

// (Σ xᵖ)^(1/p) of each window, p = norm; the greatest or least |x| where p is infinite. A window
// that reaches beyond the end counts as if what is missing were like what is there, as in PyTorch.
Tensor lp_pool(const char* op, const Tensor& x, double norm, int rank, const PoolOptions& options);

}  // namespace deepcore
