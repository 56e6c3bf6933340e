// pow. A float power is formed in double, where y log x keeps more than 20 bits beyond what float
// needs, so it is right to 0.501 ulp. A double power would need the logarithm in two doubles; the C
// library has that (below 1 ulp, the same function on every level), so it is called lane by lane.
#pragma once

#include <cmath>
#include <limits>

#include "base/halves.h"
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
  const auto a = widen(x), b = widen(y);
  return narrow(pow_of_floats(a.low, b.low), pow_of_floats(a.high, b.high));
}

}  // namespace deepcore::math
