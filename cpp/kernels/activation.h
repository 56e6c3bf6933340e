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

}  // namespace deepcore
