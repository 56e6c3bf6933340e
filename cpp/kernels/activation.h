// The activations that an epilogue or an element-wise pass can apply, with the same bits in both.
#pragma once

#include <cstdint>

namespace deepcore {

enum class Activation : std::uint8_t {
  none,
  relu,
  leaky_relu,  // slope * z below zero
  sigmoid,
  tanh,
  gelu,       // z * (1 + erf(z / sqrt 2)) / 2
  gelu_tanh,  // the tanh approximation of gelu
  silu,
};

template <class T>
struct ActivationKernels {
  // y = activation(x); y may be x.
  void (*forward)(T* y, const T* x, std::int64_t n, Activation activation, T slope);
  // dx (+)= dy activation'(...); saved is the output for relu, leaky_relu (of a slope that is not
  // negative), sigmoid and tanh, else the input. dx may be dy.
  void (*backward)(T* dx, const T* dy, const T* saved, std::int64_t n, Activation activation,
                   T slope, bool accumulate);
};

// Whether backward wants the output of the activation, or its input.
constexpr bool saves_output(Activation activation) {
  return activation != Activation::gelu && activation != Activation::gelu_tanh &&
         activation != Activation::silu;
}

template <class T>
ActivationKernels<T> activation_kernels();

}  // namespace deepcore
