#include "eigen_arrays.h"

#include <Eigen/Core>

namespace deepcore::bench {
namespace {

using In = Eigen::Map<const Eigen::ArrayXf>;
using Out = Eigen::Map<Eigen::ArrayXf>;
using Matrix = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using InRows = Eigen::Map<const Matrix>;
using OutRows = Eigen::Map<Matrix>;

template <auto f>
void unary(float* y, const float* x, std::int64_t n) {
  Out(y, n) = f(In(x, n));
}

template <auto f>
void binary(float* y, const float* a, const float* b, std::int64_t n) {
  Out(y, n) = f(In(a, n), In(b, n));
}

void sum_rows(float* y, const float* x, std::int64_t rows, std::int64_t n) {
  Out(y, rows) = InRows(x, rows, n).rowwise().sum();
}

void sum_columns(float* y, const float* x, std::int64_t rows, std::int64_t n) {
  Out(y, n) = InRows(x, rows, n).colwise().sum();
}

void softmax(float* y, const float* x, std::int64_t rows, std::int64_t n) {
  const InRows in(x, rows, n);
  OutRows out(y, rows, n);
  // Two statements: Eigen 3.4 does not vectorize exp over a broadcast operand.
  out = in.colwise() - in.rowwise().maxCoeff().eval();
  out = out.exp();
  out.colwise() /= out.rowwise().sum().eval();
}

void log_softmax(float* y, const float* x, std::int64_t rows, std::int64_t n) {
  const InRows in(x, rows, n);
  OutRows out(y, rows, n);
  out = in.colwise() - in.rowwise().maxCoeff().eval();
  out.colwise() -= out.exp().rowwise().sum().log().eval();
}

void softmax_gradient(float* dx, const float* y, const float* g, std::int64_t rows,
                      std::int64_t n) {
  const InRows out(y, rows, n), gradient(g, rows, n);
  OutRows(dx, rows, n) = out * (gradient.colwise() - (out * gradient).rowwise().sum().eval());
}

}  // namespace

EigenArrays eigen_arrays() {
  return {
      .add = binary<[](const In& a, const In& b) { return a + b; }>,
      .mul = binary<[](const In& a, const In& b) { return a * b; }>,
      .div = binary<[](const In& a, const In& b) { return a / b; }>,
      .relu = unary<[](const In& x) { return x.max(0.0f); }>,
      .sqrt = unary<[](const In& x) { return x.sqrt(); }>,
      .exp = unary<[](const In& x) { return x.exp(); }>,
      .log = unary<[](const In& x) { return x.log(); }>,
      .tanh = unary<[](const In& x) { return x.tanh(); }>,
      .sigmoid = unary<[](const In& x) { return x.logistic(); }>,
      .sum_rows = sum_rows,
      .sum_columns = sum_columns,
      .softmax = softmax,
      .log_softmax = log_softmax,
      .softmax_gradient = softmax_gradient,
  };
}

}  // namespace deepcore::bench
