// Element-wise work, sums and softmax as Eigen's users write them with arrays.
#pragma once

#include <cstdint>

namespace deepcore::bench {

struct EigenArrays {
  using Unary = void (*)(float* y, const float* x, std::int64_t n);
  using Binary = void (*)(float* y, const float* a, const float* b, std::int64_t n);
  // x of shape (rows, n), row-major.
  using Rows = void (*)(float* y, const float* x, std::int64_t rows, std::int64_t n);
  using RowsGradient = void (*)(float* dx, const float* y, const float* g, std::int64_t rows,
                                std::int64_t n);

  Binary add, mul, div;
  Unary relu, sqrt, exp, log, tanh, sigmoid;
  Rows sum_rows, sum_columns;
  Rows softmax, log_softmax;
  RowsGradient softmax_gradient;
};

EigenArrays eigen_arrays();

}  // namespace deepcore::bench
