// Normalization by the mean and variance of sets of runs: batch norm, whose sets are the channels
// of the whole batch, and group norm, whose sets are groups of channels of one image (instance norm
// where a group is one channel).
//
// With x̂ = (x - mean) / sqrt(variance + eps) and the weight w and bias b of an element's channel:
//   y = w x̂ + b
//   dx = w dy / s - (Σ w dy + x̂ Σ w dy x̂) / (n s)     s = sqrt(variance + eps), sums over its set
// where mean and variance are given (eval mode), dx = w dy / s.
#pragma once

#include <cstdint>

namespace deepcore {

// An array (batch, channels, length), and the groups into which the channels of each image fall;
// groups = 0: the sets are the channels of the batch.
struct NormShape {
  std::int64_t batch, channels, length, groups = 0;

  std::int64_t elements() const noexcept { return batch * channels * length; }
  std::int64_t sets() const noexcept { return groups ? batch * groups : channels; }
};

template <class T>
struct NormArgs {
  NormShape shape;
  const T* x;
  const T *weight, *bias;  // (channels), or none for 1 and 0
  T *mean, *variance;      // one a set; the variance divides by the number of elements
  T eps;
  // What is done with w x̂ + b before it is written: the residual, of x's shape, is added if there
  // is one, then relu applied. Runs alone take a residual (not `in_columns`).
  const T* residual = nullptr;
  bool relu = false;
};

template <class T>
struct NormGradientArgs {
  NormArgs<T> forward;
  const T* dy;
  bool fixed;  // mean and variance were given
  T* dx;       // none if not wanted
  bool accumulate;
  T* sums;  // (2, channels): of dy x̂, the gradient of the weight, and of dy, that of the bias
  // Where relu followed a residual: the output, and the residual's gradient, if wanted.
  const T* y = nullptr;
  T* dresidual = nullptr;
  bool accumulate_residual = false;
};

// Whether the channels of a batch lie in runs too short to fill a vector (norm_columns.h).
constexpr bool in_columns(const NormShape& shape) {
  return !shape.groups && shape.length < 16;
}

template <class T>
struct Norm {
  // Bytes of scratch, 64-byte aligned, that each of the others needs.
  std::int64_t (*scratch)(const NormShape& shape);
  // Computes mean, variance and y.
  void (*forward)(const NormArgs<T>& args, T* y, void* scratch);
  // Computes y from the given mean and variance (batch norm in eval mode).
  void (*apply)(const NormArgs<T>& args, T* y, void* scratch);
  void (*backward)(const NormGradientArgs<T>& args, void* scratch);
};

template <class T>
Norm<T> norm_kernels();

}  // namespace deepcore
