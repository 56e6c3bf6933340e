// sin and cos: x = n pi/2 + r with |r| <= pi/4; the last two bits of n choose function and sign.
#pragma once

#include <cmath>

#include "kernels/math/common.h"

namespace deepcore::math {

// (sin(r)/r - 1) / z and (cos(r) - 1 + z/2) / z^2, z = r^2, to 2^-28, 2^-33 and 2^-63, 2^-69.
inline Vec<float> sin_tail(Vec<float> z) noexcept {
  return polynomial<float>(z, -0.16666655f, 0.008332187f, -0.00019517897f);
}
inline Vec<float> cos_tail(Vec<float> z) noexcept {
  return polynomial<float>(z, 0.041666646f, -0.001388731f, 2.4432327e-05f);
}
inline Vec<double> sin_tail(Vec<double> z) noexcept {
  return polynomial<double>(z, -0.16666666666666666, 0.008333333333333042, -0.0001984126984096246,
                            2.7557319073971047e-06, -2.505207091830989e-08, 1.6054310827895677e-10,
                            -7.389420109588619e-13);
}
inline Vec<double> cos_tail(Vec<double> z) noexcept {
  return polynomial<double>(z, 0.041666666666666664, -0.0013888888888888389, 2.4801587301180895e-05,
                            -2.755731906076127e-07, 2.0876722038169418e-09, -1.146686647472824e-11,
                            4.592956754017403e-14);
}

// pi/2 in parts so short that n times each of the first three is exact, with fma or without, for
// |x| <= limit; two_over_pi finds n.
template <class T>
struct HalfPi;
template <>
struct HalfPi<float> {
  static constexpr float parts[] = {0x1.92p0f, 0x1.fb4p-12f, 0x1.444p-24f, 0x1.68c234p-39f};
  static constexpr float two_over_pi = 0x1.45f306p-1f;
  static constexpr float limit = 12800;  // n < 2^13
};
template <>
struct HalfPi<double> {
  static constexpr double parts[] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69,
                                     0x1.b839a252049c1p-104};
  static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
  static constexpr double limit = 1.6e6;  // n < 2^20
};

// sin(x + quarter * pi/2) for |x| <= HalfPi<T>::limit.
template <class T, int quarter>
inline Vec<T> sin_in_range(Vec<T> x) noexcept {
  using H = HalfPi<T>;
  const auto magic = splat(Format<T>::magic);
  const auto shifted = fma(x, splat(H::two_over_pi), magic);
  const auto n = shifted - magic;
  auto r = x;
  for (T part : H::parts) r = fma(n, splat(-part), r);

  const auto z = r * r;
  const auto one = splat(T{1});
  const auto sine = fma(r * z, sin_tail(z), r);
  const auto cosine = fma(z * z, cos_tail(z), fma(z, splat(T{-0.5}), one));
  const Bits<T> phase = (Bits<T>)shifted + (Bits<T>)(Mask<T>{} + quarter);
  const Bits<T> sign = (phase >> 1) << (sizeof(T) * 8 - 1);
  const auto odd = (phase & 1) != 0;
  return (Vec<T>)((Bits<T>)select<T>(odd, cosine, sine) ^ sign);
}

// Past the limit the C library reduces with as many digits of pi as it takes, one lane at a time.
template <class T>
inline Vec<T> replace_huge(Vec<T> x, Vec<T> y, T (*function)(T)) noexcept {
  const auto huge = abs<T>(x) > splat(HalfPi<T>::limit);
  if (any<T>(huge)) [[unlikely]] {
    for (int i = 0; i < lanes<T>; ++i) {
      if (huge[i]) y[i] = function(x[i]);
    }
  }
  return y;
}

template <class T>
inline Vec<T> sin(Vec<T> x) noexcept {
  const auto y = replace_huge<T>(x, sin_in_range<T, 0>(x), std::sin);
  return select<T>(abs<T>(x) < splat(Format<T>::tiny), x, y);
}

template <class T>
inline Vec<T> cos(Vec<T> x) noexcept {
  return replace_huge<T>(x, sin_in_range<T, 1>(x), std::cos);
}

}  // namespace deepcore::math
