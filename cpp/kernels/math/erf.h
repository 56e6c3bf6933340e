// erf: an odd polynomial below 1, and 1 - exp of a polynomial for log erfc above.
#pragma once

#include "kernels/math/exp.h"

namespace deepcore::math {

// erf(x) / x - 1, z = x^2 <= 1, to 2^-29 and 2^-56.
inline Vec<float> erf_small(Vec<float> z) noexcept {
  return polynomial<float>(z, 0.12837917f, -0.37612626f, 0.11283579f, -0.026853347f, 0.005187162f,
                           -0.0007997853f, 7.806904e-05f);
}
inline Vec<double> erf_small(Vec<double> z) noexcept {
  return polynomial<double>(z, 0.1283791670955126, -0.376126389031841, 0.11283791670971105,
                            -0.026866170648040835, 0.005223977652951839, -0.0008548328562258455,
                            0.00012055387594728286, -1.4926925281920435e-05, 1.6481914458098244e-06,
                            -1.6567697652538902e-07, 1.609357332985225e-08, -1.6808156787374866e-09,
                            1.4975476545806094e-10);
}

// log erfc(x) where 1 <= x and erf(x) < 1, to 2^-29 and 2^-59 of erf.
inline Vec<float> log_erfc(Vec<float> x) noexcept {
  return polynomial<float>(x, -0.00034158974f, -1.1270889f, -0.6381453f, -0.10310631f, 0.02183785f,
                           -0.0029476043f, 0.00018637361f);
}
inline Vec<double> log_erfc(Vec<double> x) noexcept {
  return polynomial<double>(x, -1.7974431751333268e-07, -1.12837732801975, -0.6366284947390843,
                            -0.10274723524010283, 0.019078120932688056, 0.00028054041330577846,
                            -0.0017690594854906307, 0.0006412248002839991, -4.4858964927735936e-05,
                            -7.034623449342685e-05, 4.502826064968332e-05, -1.6510696520441166e-05,
                            4.326132712742682e-06, -8.503760837008977e-07, 1.256721177996884e-07,
                            -1.3622705589173853e-08, 1.0253634433386495e-09,
                            -4.7942746206658494e-11, 1.0491917620254965e-12);
}

template <class T>
inline Vec<T> erf(Vec<T> x) noexcept {
  constexpr T saturated = sizeof(T) == 4 ? T(3.95) : T(5.95);
  const auto magnitude = abs<T>(x);
  const auto large = splat(T{1}) - exp_in_range<T>(log_erfc(at_most<T>(magnitude, saturated)));
  const auto small = fma(x, erf_small(x * x), x);
  return select<T>(magnitude < splat(T{1}), small, copysign<T>(large, x));
}

}  // namespace deepcore::math
