// exp, expm1, tanh and sigmoid: x = n ln 2 + r with |r| <= ln 2 / 2, and one polynomial for e^r
// - 1.
#pragma once

#include "kernels/math/common.h"

namespace deepcore::math {

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2, to 2^-26 and 2^-60 of e^r - 1.
inline Vec<float> expm1_tail(Vec<float> r) noexcept {
  return polynomial<float>(r, 0.5f, 0.16666532f, 0.04166616f, 0.008368042f, 0.0013974423f);
}
inline Vec<double> expm1_tail(Vec<double> r) noexcept {
  return polynomial<double>(r, 0.5, 0.16666666666666677, 0.04166666666666669, 0.008333333333321733,
                            0.0013888888888882358, 0.00019841269885411122, 2.4801587272393918e-05,
                            2.7557245254707335e-06, 2.755738823355829e-07, 2.510859508251867e-08,
                            2.085482360970821e-09);
}

// e^x = 2^n (1 + p). The exponent field of `n` is left in the low bits of `biased`, plus `bias`.
template <class T>
struct ExpParts {
  Bits<T> biased;
  Vec<T> n, p;
};

// Bias is a whole number that rides along in the low bits: n + bias is ready to be shifted.
template <class T, int bias>
inline ExpParts<T> split_exp(Vec<T> x) noexcept {
  using F = Format<T>;
  const auto magic = splat(F::magic + T{bias});
  const auto shifted = fma(x, splat(F::log2e), magic);
  const auto n = shifted - magic;
  const auto r = fma(n, splat(-F::ln2_lo), fma(n, splat(-F::ln2_hi), x));
  return {(Bits<T>)shifted, n, fma(r * r, expm1_tail(r), r)};
}

template <class T>
inline Vec<T> power_of_two(Bits<T> biased) noexcept {
  return (Vec<T>)(biased << Format<T>::mantissa);
}

// Where e^x is infinite, zero, and where e^x - 1 is -1.
template <class T>
inline constexpr T exp_max = sizeof(T) == 4 ? T(88.73) : T(709.79);
template <class T>
inline constexpr T exp_min = sizeof(T) == 4 ? T(-104) : T(-746);
template <class T>
inline constexpr T expm1_min = sizeof(T) == 4 ? T(-18) : T(-38);

// e^x for exp_min <= x <= exp_max. 2^n is applied as two factors, because one of them leaves the
// range of normal numbers before the result does; only the second product rounds.
template <class T>
inline Vec<T> exp_in_range(Vec<T> x) noexcept {
  const auto parts = split_exp<T, 2 * Format<T>::bias>(x);
  const auto half = parts.biased >> 1;
  const auto e = splat(T{1}) + parts.p;
  return e * power_of_two<T>(half) * power_of_two<T>(parts.biased - half);
}

template <class T>
inline Vec<T> exp(Vec<T> x) noexcept {
  return exp_in_range<T>(at_least<T>(at_most<T>(x, exp_max<T>), exp_min<T>));
}

// The result is formed at half its size, so that 2^n stays finite up to the overflow of e^x - 1.
template <class T>
inline Vec<T> expm1(Vec<T> x) noexcept {
  const auto parts =
      split_exp<T, Format<T>::bias - 1>(at_least<T>(at_most<T>(x, exp_max<T>), expm1_min<T>));
  const auto half_scale = power_of_two<T>(parts.biased);
  const auto half = fma(half_scale, parts.p, half_scale - splat(T{0.5}));
  return select<T>(abs<T>(x) < splat(Format<T>::tiny), x, half + half);
}

// tanh |x| = -u / (2 + u) with u = e^(-2|x|) - 1: nothing cancels and nothing overflows.
template <class T>
inline Vec<T> tanh(Vec<T> x) noexcept {
  const auto twice = splat(T{-2}) * abs<T>(x);
  const auto parts = split_exp<T, Format<T>::bias>(at_least<T>(twice, expm1_min<T>));
  const auto scale = power_of_two<T>(parts.biased);
  const auto u = fma(scale, parts.p, scale - splat(T{1}));
  return copysign<T>(u / (splat(T{2}) + u), x);
}

// 1 / (1 + e^-x), as e^x / (1 + e^x) below zero, where e^-x would overflow.
template <class T>
inline Vec<T> sigmoid(Vec<T> x) noexcept {
  const auto minus = -abs<T>(x);
  const auto e = exp_in_range<T>(at_least<T>(minus, exp_min<T>));
  const auto one = splat(T{1});
  return select<T>(x < splat(T{0}), e, one) / (one + e);
}

}  // namespace deepcore::math
