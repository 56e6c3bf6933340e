// Reductions along axes; `dims` none means all of them.
#pragma once

#include "ops/axes.h"

namespace deepcore {

// Whole numbers and truth values are summed in int64.
Tensor sum(const Tensor& x, const Dims& dims, bool keepdim);
Tensor mean(const Tensor& x, const Dims& dims, bool keepdim);
// Sum of squared deviations / max(n - correction, 0).
Tensor var(const Tensor& x, const Dims& dims, double correction, bool keepdim);
Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim);

}  // namespace deepcore
