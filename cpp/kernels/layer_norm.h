// Normalization of rows: layer norm, and RMS norm, which leaves the mean where it is.
//
// With x̂ = (x - mean) / s of each row, s = sqrt(variance + eps), and a weight and bias an element:
//   y = w x̂ + b
//   dx = (w dy - mean(w dy) - x̂ mean(w dy x̂)) / s
// In RMS norm mean and mean(w dy) are zero, and s = sqrt(mean(x²) + eps).
#pragma once

#include <cstdint>

namespace deepcore {

template <class T>
struct LayerNormArgs {
  std::int64_t rows, n;
  const T* x;
  const T *weight, *bias;  // (n), or none for 1 and 0
  T* mean;                 // (rows), or none in RMS norm
  T* inverse;              // (rows): 1 / s
  T eps;
};

template <class T>
struct LayerNormGradientArgs {
  LayerNormArgs<T> forward;
  const T* dy;
  T* dx;  // none if not wanted
  bool accumulate;
  T* sums;  // (2, n): of dy x̂ and of dy over rows; none if not wanted
};

template <class T>
struct LayerNorm {
  // Computes mean, inverse and y.
  void (*forward)(const LayerNormArgs<T>& args, T* y);
  // Bytes of scratch, 64-byte aligned, that backward needs.
  std::int64_t (*scratch)(std::int64_t rows, std::int64_t n);
  void (*backward)(const LayerNormGradientArgs<T>& args, void* scratch);
};

template <class T>
LayerNorm<T> layer_norm_kernels();

}  // namespace deepcore
