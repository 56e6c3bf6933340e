// pow. A float power is formed in double, where y log x keeps more than 20 bits beyond what float
// needs, so it is right to 0.501 ulp. A double power would need the logarithm in two doubles; the C
// library has that (below 1 ulp, the same function on every level), so it is called lane by lane.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/math/exp.h"
#include "kernels/math/log.h"

namespace deepcore::math {

inline Vec<double> pow(Vec<double> x, Vec<double> y) noexcept {
  Vec<double> result;
  for (int i = 0; i < lanes<double>; ++i) result[i] = std::pow(x[i], y[i]);
  return result;
}

// x^y for doubles that hold floats: e^(y log |x|), then the cases of C's pow that this misses.
inline Vec<double> pow_of_floats(Vec<double> x, Vec<double> y) noexcept {
  using F = Format<double>;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto one = splat(1.0), zero = splat(0.0);
  const auto magnitude = abs<double>(x);
  auto result = exp<double>(y * log<double>(magnitude));
  result = select<double>((magnitude == one) & (y == y), one, result);  // also at infinite y

  // A float beyond 2^40 is an even whole number; so is 2^40.
  const auto bounded = at_least<double>(at_most<double>(y, 0x1p40), -0x1p40);
  const auto shifted = bounded + splat(F::magic);
  const auto whole = shifted - splat(F::magic) == bounded;
  const auto odd = ((Bits<double>)shifted & 1) != 0;
  const auto sign = (Bits<double>)x & (Bits<double>)splat(-0.0);
  result = select<double>(whole & odd, (Vec<double>)((Bits<double>)result | sign), result);
  result = select<double>((x < zero) & (x > splat(-infinity)) & ~whole,
                          splat(std::numeric_limits<double>::quiet_NaN()), result);
  return select<double>((x == one) | (y == zero), one, result);
}

inline Vec<float> pow(Vec<float> x, Vec<float> y) noexcept {
  typedef float Half __attribute__((vector_size(vector_bytes / 2)));
  struct Halves {
    Half low, high;
  };
  const auto xs = __builtin_bit_cast(Halves, x), ys = __builtin_bit_cast(Halves, y);
  const auto half_pow = [](Half a, Half b) {
    return __builtin_convertvector(pow_of_floats(__builtin_convertvector(a, Vec<double>),
                                                 __builtin_convertvector(b, Vec<double>)),
                                   Half);
  };
  const Halves result = {half_pow(xs.low, ys.low), half_pow(xs.high, ys.high)};
  return __builtin_bit_cast(Vec<float>, result);
}

}  // namespace deepcore::math
