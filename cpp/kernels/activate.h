// An activation and its derivative on one vector, for epilogues and element-wise passes alike.
//
// Denormal numbers count here as everywhere outside products: an epilogue that runs under
// FlushToZero calls activate_span on what it has stored, and only relu, which does no arithmetic,
// gives the same bits in registers.
#pragma once

#include <cstdint>

#include "base/flush.h"
#include "base/vec.h"
#include "kernels/activation.h"
#include "kernels/math.h"

namespace deepcore {

// The argument of the sigmoid in gelu_tanh: (1 + tanh u) / 2 is sigmoid(2 u).
template <class T>
inline constexpr T gelu_scale = T(1.5957691216057308);  // 2 sqrt(2 / pi)
template <class T>
inline constexpr T gelu_cubic = T(0.044715);

// The share of z that gelu passes: the normal distribution function, or its tanh approximation.
template <class T>
inline Vec<T> gelu_gate(Vec<T> z) noexcept {
  const auto half = splat(T(0.5));
  return fma(half, math::erf<T>(z * splat(T(0.70710678118654752))), half);
}

template <class T>
inline Vec<T> gelu_tanh_gate(Vec<T> z) noexcept {
  const auto cubic = fma(z * z, splat(gelu_cubic<T>), splat(T(1)));
  return math::sigmoid<T>(splat(gelu_scale<T>) * z * cubic);
}

template <class T, Activation activation>
inline Vec<T> activate(Vec<T> z, T slope) noexcept {
  if constexpr (activation == Activation::relu) {
    return select<T>(z <= splat(T(0)), splat(T(0)), z);
  } else if constexpr (activation == Activation::leaky_relu) {
    return select<T>(z > splat(T(0)), z, z * splat(slope));
  } else if constexpr (activation == Activation::sigmoid) {
    return math::sigmoid<T>(z);
  } else if constexpr (activation == Activation::tanh) {
    return math::tanh<T>(z);
  } else if constexpr (activation == Activation::gelu) {
    return z * gelu_gate<T>(z);
  } else if constexpr (activation == Activation::gelu_tanh) {
    return z * gelu_tanh_gate<T>(z);
  } else if constexpr (activation == Activation::silu) {
    return z * math::sigmoid<T>(z);
  } else {
    return z;
  }
}

// dy times the derivative, from the output y for relu, leaky_relu (slope >= 0), sigmoid and tanh
// and from the input z for the others. The derivative of relu at 0 is 0.
template <class T, Activation activation>
inline Vec<T> activation_gradient(Vec<T> dy, Vec<T> saved, T slope) noexcept {
  const auto zero = splat(T(0)), one = splat(T(1));
  if constexpr (activation == Activation::relu) {
    return select<T>(saved <= zero, zero, dy);
  } else if constexpr (activation == Activation::leaky_relu) {
    return select<T>(saved > zero, dy, dy * splat(slope));
  } else if constexpr (activation == Activation::sigmoid) {
    return dy * ((one - saved) * saved);
  } else if constexpr (activation == Activation::tanh) {
    return dy * fma(-saved, saved, one);
  } else if constexpr (activation == Activation::gelu) {
    const auto density =
        splat(T(0.39894228040143268)) * math::exp<T>(splat(T(-0.5)) * saved * saved);
    return dy * fma(saved, density, gelu_gate<T>(saved));
  } else if constexpr (activation == Activation::gelu_tanh) {
    const auto gate = gelu_tanh_gate<T>(saved);
    const auto slope_of_argument =
        splat(gelu_scale<T>) * fma(saved * saved, splat(3 * gelu_cubic<T>), one);
    return dy * fma(saved * slope_of_argument, gate * (one - gate), gate);
  } else if constexpr (activation == Activation::silu) {
    const auto gate = math::sigmoid<T>(saved);
    return dy * (gate * fma(saved, one - gate, one));
  } else {
    return dy;
  }
}

// Calls f.operator()<activation>() with the run-time activation as a compile-time one.
template <class F>
inline void with_activation(Activation activation, const F& f) {
  switch (activation) {
    case Activation::none:
      return f.template operator()<Activation::none>();
    case Activation::relu:
      return f.template operator()<Activation::relu>();
    case Activation::leaky_relu:
      return f.template operator()<Activation::leaky_relu>();
    case Activation::sigmoid:
      return f.template operator()<Activation::sigmoid>();
    case Activation::tanh:
      return f.template operator()<Activation::tanh>();
    case Activation::gelu:
      return f.template operator()<Activation::gelu>();
    case Activation::gelu_tanh:
      return f.template operator()<Activation::gelu_tanh>();
    case Activation::silu:
      return f.template operator()<Activation::silu>();
  }
}

// y = activation(x) for n elements; y may be x. Defined in activation.cpp.
template <class T>
void activate_span(T* y, const T* x, std::int64_t n, Activation activation, T slope) noexcept;

}  // namespace deepcore
