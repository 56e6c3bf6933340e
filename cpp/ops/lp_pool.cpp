#include "ops/lp_pool.h"

#include <cmath>

#include "ops/activation.h"
#include "ops/avg_pool.h"
#include "ops/elementwise.h"
#include "ops/max_pool.h"

namespace deepcore {
namespace {

Tensor greatest(const char* op, const Tensor& x, int rank, const PoolOptions& options) {
  return max_pool(op, x, rank, options, false).first;
}

}  // namespace

Tensor lp_pool(const char* op, const Tensor& x, double norm, int rank, const PoolOptions& options) {
  if (norm == 0 || std::isnan(norm)) {
    throw ValueError(op, "norm_type must be a number other than zero, got ", norm, ".");
  }
  visit_floating(op, x->dtype(), [](auto) {});
  const Tensor size = unary(Unary::abs, x);
  if (std::isinf(norm)) {
    if (norm > 0) return greatest(op, size, rank, options);
    return unary(Unary::neg, greatest(op, unary(Unary::neg, size), rank, options));
  }
  const Tensor powers = binary(Binary::pow, x, Number::of(norm));
  const Tensor mean = avg_pool(op, powers, rank, options, {true, 0});
  // The mean itself, by a way that gives the root's infinite slope at zero the factor zero.
  const Tensor sign = unary(Unary::sign, mean);
  const Tensor positive = activate(unary(Unary::abs, mean), Activation::relu);
  const auto taps = checked_sizes(op, rank, options).kernel.numel();
  const Tensor sum = binary(Binary::mul, binary(Binary::mul, sign, positive), Number::of(taps));
  return binary(Binary::pow, sum, Number::of(1 / norm));
}

}  // namespace deepcore
