// Convolutions of one to three dimensions, forward and both gradients, as the field means them:
// cross-correlations.
//
//   y[n, o, p] = b[o] + sum over c and k of w[o, c, k] x[n, c, p stride + k dilation - padding]
//
// Order of summation, on every level and for every form: input channels (output channels in the
// gradient of x) are cut into blocks of about 256 terms; a block is a chain of fused multiply-adds
// from zero, over its channels and within a channel over the kernel, row by row; blocks are added
// in ascending order; then `to` (accumulate) or the bias is added, then the activation or norm is
// applied.
// The gradient of w is a chain over images and within an image over output pixels, cut where
// conv_weights.h, conv_dots.h (few channels) or conv_depthwise.h (3x3) say; which of them it is,
// the shape alone decides.
#pragma once

#include <cstdint>

#include "base/parallel.h"
#include "kernels/activation.h"
#include "kernels/norm.h"

namespace deepcore {

// One axis of images: sizes of x and of y, and how the kernel goes over x.
struct ConvAxis {
  std::int64_t in, out, kernel, stride, dilation, padding;
};

struct ConvShape {
  std::int64_t batch, groups;
  std::int64_t channels, outputs;  // of x and of y, all groups together
  ConvAxis axes[3];                // depth, height, width

  std::int64_t taps() const noexcept { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
  std::int64_t in_pixels() const noexcept { return axes[0].in * axes[1].in * axes[2].in; }
  std::int64_t out_pixels() const noexcept { return axes[0].out * axes[1].out * axes[2].out; }
  // Of one group.
  std::int64_t group_channels() const noexcept { return channels / groups; }
  std::int64_t group_outputs() const noexcept { return outputs / groups; }
};

enum class ConvDirection : bool {
  forward,   // y from x
  backward,  // the gradient of x from that of y, which is also what a transposed convolution is
};

template <class T>
struct ConvArgs {
  ConvShape shape;
  ConvDirection direction = ConvDirection::forward;
  const T* from = nullptr;    // x, or the gradient of y
  const T* weight = nullptr;  // (outputs, channels / groups, kernel)
  T* to = nullptr;            // y, or the gradient of x
  bool accumulate = false;
  const T* bias = nullptr;  // one for each channel of `to`
  Activation activation = Activation::none;
  T slope = 0;     // of leaky_relu
  T* z = nullptr;  // where `to` goes before the activation, when backward needs it
  // Forward, instead of an activation: batch norm by given statistics and its relu. (No residual: a
  // pass of its own adds it faster than tiles do, which read it in pieces.)
  const NormArgs<T>* norm = nullptr;
  std::int64_t threads = num_threads();
};

template <class T>
struct ConvWeightArgs {
  ConvShape shape;
  const T *x = nullptr, *dy = nullptr;
  T* dw = nullptr;
  bool accumulate = false;
  std::int64_t threads = num_threads();
};

template <class T>
struct Conv {
  // Bytes of scratch, 64-byte aligned, that run needs.
  std::int64_t (*scratch)(const ConvArgs<T>& args);
  void (*run)(const ConvArgs<T>& args, void* scratch);
  std::int64_t (*weight_scratch)(const ConvWeightArgs<T>& args);
  void (*weight_gradient)(const ConvWeightArgs<T>& args, void* scratch);
};

template <class T>
Conv<T> conv_kernels();

}  // namespace deepcore
