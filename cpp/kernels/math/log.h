// log and log1p: x = 2^k (1 + f) with 1 + f in sqrt(1/2) ... sqrt 2, and with s = f / (2 + f)
// log(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))), the arrangement of fdlibm's log.
#pragma once

#include <limits>

#include "kernels/math/common.h"

namespace deepcore::math {

// (2 atanh(s) / s - 2) / z, z = s^2, to 2^-37 and 2^-66 of the logarithm.
inline Vec<float> log_tail(Vec<float> z) noexcept {
  return polynomial<float>(z, 0.6666666f, 0.40000972f, 0.28498793f, 0.24278854f);
}
inline Vec<double> log_tail(Vec<double> z) noexcept {
  return polynomial<double>(z, 0.6666666666666666, 0.40000000000004937, 0.2857142856940419,
                            0.22222222608281092, 0.18181778235032225, 0.1538699461087798,
                            0.1325200962396111, 0.1323609782356321);
}

// log(2^k (1 + f)) + correction of a normal positive x = 2^k (1 + f), less k_offset from k.
template <class T>
inline Vec<T> log_normal(Vec<T> x, Vec<T> k_offset, Vec<T> correction) noexcept {
  using F = Format<T>;
  using U = std::make_unsigned_t<Int<T>>;
  // Counting the mantissa from sqrt(1/2) makes the exponent field the one wanted.
  const Bits<T> sqrt_half = (Bits<T>)splat(T(0.70710678118654752));
  const Bits<T> one = (Bits<T>)splat(T{1});
  const Bits<T> from_sqrt_half = (Bits<T>)x - sqrt_half + one;
  const Bits<T> field = from_sqrt_half >> F::mantissa;
  const Vec<T> m = (Vec<T>)((Bits<T>)x - ((field - U{F::bias}) << F::mantissa));
  // A whole number below 2^mantissa becomes floating by standing in the mantissa of 2^mantissa.
  constexpr T two_mantissa = T(U{1} << F::mantissa);
  const Vec<T> k =
      (Vec<T>)(field | (Bits<T>)splat(two_mantissa)) - splat(two_mantissa + T{F::bias}) - k_offset;

  const auto f = m - splat(T{1});
  const auto s = f / (splat(T{2}) + f);
  const auto z = s * s;
  const auto half_square = splat(T{0.5}) * f * f;
  const auto t = s * fma(z, log_tail(z), half_square);
  const auto low = t + fma(k, splat(F::ln2_lo), correction);
  return fma(k, splat(F::ln2_hi), f - (half_square - low));
}

template <class T>
inline Vec<T> log_special(Vec<T> x, Vec<T> result) noexcept {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  result = select<T>(x == splat(T{0}), splat(-infinity), result);
  result = select<T>(x < splat(T{0}), splat(std::numeric_limits<T>::quiet_NaN()), result);
  return select<T>(x < splat(infinity), result, x);  // infinity and NaN
}

template <class T>
inline Vec<T> log(Vec<T> x) noexcept {
  using F = Format<T>;
  constexpr T up = T(std::int64_t{1} << F::mantissa);
  const auto denormal = x < splat(F::min_normal);
  const auto normal = select<T>(denormal, x * splat(up), x);
  const auto offset = select<T>(denormal, splat(T{F::mantissa}), splat(T{0}));
  const auto result = log_normal<T>(normal, offset, splat(T{0}));
  return log_special<T>(x, select<T>(x == x, result, x));
}

// u = 1 + x rounds; what it loses, over u, is the correction.
template <class T>
inline Vec<T> log1p(Vec<T> x) noexcept {
  const auto one = splat(T{1});
  const auto u = one + x;
  const auto lost = select<T>(x < one, x - (u - one), one - (u - x));
  const auto result = log_special<T>(u, log_normal<T>(u, splat(T{0}), lost / u));
  return select<T>(abs<T>(x) < splat(Format<T>::tiny), x, result);
}

}  // namespace deepcore::math
