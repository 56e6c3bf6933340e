#include "ops/create.h"

#include <algorithm>

namespace deepcore {
namespace {

template <class V>
Tensor filled(const Shape& shape, V value, Dtype dtype) {
  Tensor x = empty("full", shape, dtype);
  visit(dtype,
        [&]<class T>(TypeTag<T>) { std::fill_n(x->data<T>(), x->numel(), static_cast<T>(value)); });
  return x;
}

// Element i is f(i), computed in double.
template <class F>
Tensor generated(const char* op, std::int64_t n, Dtype dtype, F f) {
  Tensor x = empty(op, {n}, dtype);
  visit(dtype, [&]<class T>(TypeTag<T>) {
    for (std::int64_t i = 0; i < n; ++i) x->data<T>()[i] = static_cast<T>(f(i));
  });
  return x;
}

}  // namespace

Tensor full(const Shape& shape, double value, Dtype dtype) {
  return filled(shape, value, dtype);
}
Tensor full(const Shape& shape, std::int64_t value, Dtype dtype) {
  return filled(shape, value, dtype);
}

Tensor arange(std::int64_t start, std::int64_t step, std::int64_t n, Dtype dtype) {
  return generated("arange", n, dtype, [=](std::int64_t i) { return start + i * step; });
}
Tensor arange(double start, double step, std::int64_t n, Dtype dtype) {
  return generated("arange", n, dtype,
                   [=](std::int64_t i) { return start + static_cast<double>(i) * step; });
}

// From both ends to the middle, so that the last number is exactly `stop`.
Tensor linspace(double start, double stop, std::int64_t n, Dtype dtype) {
  const double step = n > 1 ? (stop - start) / static_cast<double>(n - 1) : 0;
  return generated("linspace", n, dtype, [=](std::int64_t i) {
    return i < n / 2 || n == 1 ? start + static_cast<double>(i) * step
                               : stop - static_cast<double>(n - 1 - i) * step;
  });
}

Tensor eye(std::int64_t rows, std::int64_t columns, Dtype dtype) {
  Tensor x = full({rows, columns}, std::int64_t{0}, dtype);
  visit(dtype, [&]<class T>(TypeTag<T>) {
    for (std::int64_t i = 0; i < std::min(rows, columns); ++i) x->data<T>()[i * columns + i] = T{1};
  });
  return x;
}

}  // namespace deepcore
