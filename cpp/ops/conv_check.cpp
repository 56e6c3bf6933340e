#include "ops/conv_check.h"

#include <limits>

#include "base/error.h"

namespace deepcore {
namespace {

const char* name_of(int axes, bool transposed) {
  static constexpr const char* names[2][3] = {
      {"conv1d", "conv2d", "conv3d"}, {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}};
  return names[transposed][axes - 1];
}
const char* spatial(int axes) {
  static constexpr const char* names[] = {"L", "H, W", "D, H, W"};
  return names[axes - 1];
}

Shape shape_of(const std::vector<std::int64_t>& numbers) {
  Shape shape;
  for (const auto n : numbers) shape.push_back(n);
  return shape;
}

// Sizes beyond this have no use, and sums of a few of them still fit.
constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();

void check_range(const char* op, const char* name, const std::vector<std::int64_t>& numbers,
                 std::int64_t least) {
  for (const auto n : numbers) {
    if (n < least) {
      throw ValueError(op, name, " must be at least ", least, ", got ", shape_of(numbers), ".");
    }
    if (n > largest) {
      throw ValueError(op, name, " must be at most ", largest, ", got ", shape_of(numbers), ".");
    }
  }
}

// From the first element of the kernel to the last, with the gaps.
std::int64_t reach_of(const ConvAxis& axis) {
  return axis.dilation * (axis.kernel - 1) + 1;
}

}  // namespace

ConvCheck::ConvCheck(const Tensor& input, const Tensor& weight, const Tensor& bias,
                     const ConvOptions& options, bool transposed)
    : op(name_of(options.axes, transposed)), input_(input), weight_(weight), options_(options) {
  check_options(transposed);
  check_input(transposed);
  check_bias(bias, transposed);
}

void ConvCheck::check_options(bool transposed) const {
  const auto rank = options_.axes + 2;
  if (weight_->rank() != rank) {
    throw ValueError(op, "weight must have shape ",
                     transposed ? "(in_channels, out_channels / groups, "
                                : "(out_channels, in_channels / groups, ",
                     "kernel_size of ", options_.axes, "), got ", weight_->shape(), ".");
  }
  check_range(op, "stride", options_.stride, 1);
  check_range(op, "dilation", options_.dilation, 1);
  check_range(op, "padding", options_.before, 0);
  check_range(op, "padding", options_.after, 0);
  if (options_.groups < 1) {
    throw ValueError(op, "groups must be at least 1, got ", options_.groups, ".");
  }
  if (weight_->size(0) % options_.groups != 0) {
    throw ValueError(op, "groups must divide weight's ", weight_->size(0), " channels, got ",
                     options_.groups, ".");
  }
  for (int i = 0; i < options_.axes; ++i) {
    if (kernel(i) < 1) {
      throw ValueError(op, "the kernel must have at least one element, got weight of shape ",
                       weight_->shape(), ".");
    }
  }
  check_reach();
}

// Kernels keep the distances of taps in 32 bits, in bytes of copies a little wider than the reach.
void ConvCheck::check_reach() const {
  constexpr double most = 1 << 28, beside = 64;
  double elements = 1;
  for (int i = 0; i < options_.axes; ++i) {
    const auto k = static_cast<double>(kernel(i));
    const auto gaps = static_cast<double>(options_.dilation[static_cast<std::size_t>(i)]) * (k - 1);
    elements *= gaps + 1 + k * (i + 1 < options_.axes ? 1 : beside);
  }
  if (elements <= most) return;
  throw ValueError(op, "the kernel reaches too far, got weight of shape ", weight_->shape(),
                   " with dilation ", shape_of(options_.dilation), ".");
}

void ConvCheck::check_input(bool transposed) const {
  const int rank = input_->rank(), axes = options_.axes;
  if (rank != axes + 1 && rank != axes + 2) {
    throw ValueError(op, "input must have shape (N, C, ", spatial(axes), ") or (C, ", spatial(axes),
                     "), got ", input_->shape(), ".");
  }
  const auto channels = transposed ? weight_->size(0) : weight_->size(1) * options_.groups;
  if (input_->size(rank - axes - 1) != channels) {
    throw ValueError(op, "input must have in_channels=", channels, " on axis ", rank - axes - 1,
                     ", got shape ", input_->shape(), ".");
  }
  if (input_->dtype() != weight_->dtype()) {
    throw TypeError(op, "input and weight must have one dtype, got ", input_->dtype(), " and ",
                    weight_->dtype(), "; convert the input with .to(weight.dtype).");
  }
}

void ConvCheck::check_bias(const Tensor& bias, bool transposed) const {
  if (!bias) return;
  const auto outputs = transposed ? weight_->size(1) * options_.groups : weight_->size(0);
  if (!(bias->shape() == Shape{outputs})) {
    throw ValueError(op, "bias must have shape (out_channels,)=", Shape{outputs}, ", got ",
                     bias->shape(), ".");
  }
  if (bias->dtype() != weight_->dtype()) {
    throw TypeError(op, "bias must have weight's dtype ", weight_->dtype(), ", got ", bias->dtype(),
                    ".");
  }
}

ConvShape ConvCheck::shape() const {
  const int axes = options_.axes;
  ConvShape shape{};
  shape.batch = input_->rank() == axes + 2 ? input_->size(0) : 1;
  shape.groups = options_.groups;
  shape.outputs = weight_->size(0);
  shape.channels = weight_->size(1) * options_.groups;
  for (int i = 0; i < 3; ++i) shape.axes[i] = {1, 1, 1, 1, 1, 0};
  for (int i = 0; i < axes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    auto& axis = shape.axes[3 - axes + i];
    axis.kernel = kernel(i);
    axis.stride = options_.stride[at];
    axis.dilation = options_.dilation[at];
    axis.padding = options_.before[at];
  }
  return shape;
}

ConvShape ConvCheck::conv() const {
  ConvShape result = shape();
  for (int i = 0; i < options_.axes; ++i) {
    auto& axis = result.axes[3 - options_.axes + i];
    const auto padded = size(i) + axis.padding + options_.after[static_cast<std::size_t>(i)];
    const auto reach = reach_of(axis);
    if (padded < reach) {
      throw ValueError(op, "the kernel must fit into the padded input: it reaches over ", reach,
                       " elements of axis ", input_->rank() - options_.axes + i, ", got ", padded,
                       " of input ", input_->shape(), ".");
    }
    axis.in = size(i);
    axis.out = (padded - reach) / axis.stride + 1;
  }
  return result;
}

ConvShape ConvCheck::transposed(const std::vector<std::int64_t>& output_padding) const {
  ConvShape result = shape();
  for (int i = 0; i < options_.axes; ++i) {
    auto& axis = result.axes[3 - options_.axes + i];
    const auto extra = output_padding[static_cast<std::size_t>(i)];
    if (extra < 0 || extra >= std::max(axis.stride, axis.dilation)) {
      throw ValueError(op, "output_padding must be from 0 to below stride or dilation, got ",
                       shape_of(output_padding), " for stride ", shape_of(options_.stride),
                       " and dilation ", shape_of(options_.dilation), ".");
    }
    axis.out = size(i);
    axis.in = (axis.out - 1) * axis.stride - axis.padding -
              options_.after[static_cast<std::size_t>(i)] + reach_of(axis) + extra;
    if (axis.in < 1) {
      throw ValueError(op, "the output must have at least one element on each axis, got ", axis.in,
                       " for input ", input_->shape(), "; padding takes more than there is.");
    }
  }
  return result;
}

Shape ConvCheck::output(const ConvShape& shape, ConvDirection direction) const {
  const bool forward = direction == ConvDirection::forward;
  Shape sizes;
  if (input_->rank() == options_.axes + 2) sizes.push_back(shape.batch);
  sizes.push_back(forward ? shape.outputs : shape.channels);
  for (int i = 3 - options_.axes; i < 3; ++i) {
    sizes.push_back(forward ? shape.axes[i].out : shape.axes[i].in);
  }
  return sizes;
}

}  // namespace deepcore
