// What the vector functions share. Every one is straight-line arithmetic with fma() where a fused
// multiply-add is meant, so the levels that have one (x86-64-v3, x86-64-v4, arm64) give the same
// bits; the baseline rounds twice and may differ in the last place.
//
// The coefficients are minimax polynomials (Remez exchange in 200-bit arithmetic, the lower ones
// rounded before the higher ones are fitted); the error stated beside them is that of the
// polynomial, relative to the function.
#pragma once

#include <cstdint>

#include "base/vec.h"

namespace deepcore::math {

// The layout of a floating-point number, and constants split for exact products.
template <class T>
struct Format;

template <>
struct Format<float> {
  static constexpr int mantissa = 23;
  static constexpr int bias = 127;
  static constexpr float magic = 0x1.8p23f;  // adding it rounds to a whole number in the low bits
  static constexpr float tiny = 0x1p-26f;    // x + x^2 is x below it
  static constexpr float min_normal = 0x1p-126f;
  static constexpr float log2e = 0x1.715476p0f;
  static constexpr float ln2_hi = 0x1.62e4p-1f;  // 15 bits: n * ln2_hi is exact
  static constexpr float ln2_lo = 0x1.7f7d1cp-20f;
};

template <>
struct Format<double> {
  static constexpr int mantissa = 52;
  static constexpr int bias = 1023;
  static constexpr double magic = 0x1.8p52;
  static constexpr double tiny = 0x1p-55;
  static constexpr double min_normal = 0x1p-1022;
  static constexpr double log2e = 0x1.71547652b82fep0;
  static constexpr double ln2_hi = 0x1.62e42fefa38p-1;  // 41 bits
  static constexpr double ln2_lo = 0x1.ef35793c7673p-45;
};

// c0 + c1 x + c2 x^2 + ..., by Horner's rule.
template <class T, class... Rest>
inline Vec<T> polynomial(Vec<T> x, T c0, Rest... rest) noexcept {
  if constexpr (sizeof...(rest) == 0) {
    return splat(c0);
  } else {
    return fma(polynomial<T>(x, rest...), x, splat(c0));
  }
}

}  // namespace deepcore::math
