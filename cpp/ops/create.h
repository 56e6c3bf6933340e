// New tensors from a rule.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

Tensor full(const Shape& shape, double value, Dtype dtype);
Tensor full(const Shape& shape, std::int64_t value, Dtype dtype);
// n elements start, start + step, ...; each is start + i * step, rounded once to the dtype.
Tensor arange(std::int64_t start, std::int64_t step, std::int64_t n, Dtype dtype);
Tensor arange(double start, double step, std::int64_t n, Dtype dtype);
// n evenly spaced numbers from start to stop, both included.
Tensor linspace(double start, double stop, std::int64_t n, Dtype dtype);
Tensor eye(std::int64_t rows, std::int64_t columns, Dtype dtype);

}  // namespace deepcore
