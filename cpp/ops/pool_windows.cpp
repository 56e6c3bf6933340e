#include "ops/pool_windows.h"

#include <limits>
#include <numeric>

namespace deepcore {
namespace {

// Sizes beyond this have no use, and sums of a few of them still fit.
constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();

Shape each_axis(const char* op, const char* name, const Shape& given, int rank) {
  if (given.rank() != 1 && given.rank() != rank) {
    throw ValueError(op, name, " must be one number or ", rank, ", got ", given, ".");
  }
  Shape sizes;
  for (int i = 0; i < rank; ++i) sizes.push_back(given[given.rank() == 1 ? 0 : i]);
  return sizes;
}

void check_size(const char* op, const char* name, const Shape& sizes, std::int64_t least) {
  for (const auto size : sizes) {
    if (size < least || size > largest) {
      throw ValueError(op, name, " must be in ", least, " to ", largest, ", got ", sizes, ".");
    }
  }
}

// The extent of a window with its gaps.
std::int64_t extent(const PoolAxis& axis) {
  return (axis.kernel - 1) * axis.dilation + 1;
}

std::int64_t output_size(const PoolAxis& axis, bool ceil_mode) {
  const auto free = axis.in + 2 * axis.padding - extent(axis) + (ceil_mode ? axis.stride - 1 : 0);
  if (free < 0) return 0;
  const auto out = free / axis.stride + 1;
  // A window must not begin in the padding behind.
  return ceil_mode && (out - 1) * axis.stride >= axis.in + axis.padding ? out - 1 : out;
}

// Whether output o sees any element: with gaps, a window can step over a small input.
bool sees_something(const PoolAxis& axis, std::int64_t o) {
  const auto start = o * axis.stride - axis.padding;
  const auto skipped = start < 0 ? (-start + axis.dilation - 1) / axis.dilation : 0;
  return skipped < axis.kernel && start + skipped * axis.dilation < axis.in;
}

PoolAxis& axis_of(Pooling& p, int i) {
  return i == 0 ? p.d : i == 1 ? p.h : p.w;
}

Pooling planes_of(const Tensor& x, int first) {
  Pooling p{x->shape().numel(0, first), {}, {}, {}};
  for (int i = first; i < x->rank(); ++i) axis_of(p, 3 - x->rank() + i).in = x->size(i);
  return p;
}

void check_fits(const char* op, const Tensor& x, const Shape& out, const Shape& kernel,
                const Shape& padding) {
  for (const auto size : out) {
    if (size > 0) continue;
    throw ValueError(op, "the windows must fit into the padded input, got kernel_size=", kernel,
                     " and padding=", padding, " for input of shape ", x->shape(),
                     ": the output would be of size ", out, ".");
  }
}

void check_elements(const char* op, const PoolAxis& axis, const Tensor& x) {
  if (axis.dilation == 1) return;
  for (std::int64_t o = 0; o < axis.out; ++o) {
    if (sees_something(axis, o)) continue;
    throw ValueError(op, "every window must hold an element of the input, but with dilation=",
                     axis.dilation, " window ", o, " has padding alone for input of shape ",
                     x->shape(), "; take less dilation or padding.");
  }
}

void check_taps(const char* op, const Shape& kernel) {
  if (checked_numel(op, kernel) <= largest) return;
  throw ValueError(op, "a window may hold at most ", largest, " elements, got kernel_size=", kernel,
                   ".");
}

void check_padding(const char* op, const Pooling& p, const Shape& kernel, const Shape& padding) {
  for (const PoolAxis* axis : {&p.d, &p.h, &p.w}) {
    if (axis->padding <= extent(*axis) / 2) continue;
    throw ValueError(op, "padding must be at most half of the window, got padding=", padding,
                     " for kernel_size=", kernel, ".");
  }
}

}  // namespace

PoolSizes checked_sizes(const char* op, int rank, const PoolOptions& options) {
  const auto& stride = options.stride.rank() ? options.stride : options.kernel;
  PoolSizes sizes{each_axis(op, "kernel_size", options.kernel, rank),
                  each_axis(op, "stride", stride, rank),
                  each_axis(op, "padding", options.padding, rank),
                  each_axis(op, "dilation", options.dilation, rank)};
  check_size(op, "kernel_size", sizes.kernel, 1);
  check_size(op, "stride", sizes.stride, 1);
  check_size(op, "padding", sizes.padding, 0);
  check_size(op, "dilation", sizes.dilation, 1);
  check_taps(op, sizes.kernel);
  return sizes;
}

int check_planes(const char* op, const Tensor& x, int rank) {
  const int first = x->rank() - rank;
  if (first != 1 && first != 2) {
    constexpr const char* axes[] = {"L", "H, W", "D, H, W"};
    throw ValueError(op, "input must have shape (C, ", axes[rank - 1], ") or (N, C, ",
                     axes[rank - 1], "), got ", x->shape(), ".");
  }
  for (int i = first - 1; i < x->rank(); ++i) {
    if (x->size(i) > 0) continue;
    throw ValueError(op, "only the batch of input may be empty, got shape ", x->shape(), ".");
  }
  return first;
}

Pooling windows_of(const char* op, const Tensor& x, int rank, const PoolOptions& options) {
  const int first = check_planes(op, x, rank);
  const auto [kernel, stride, padding, dilation] = checked_sizes(op, rank, options);
  Pooling p = planes_of(x, first);
  Shape out;
  for (int i = 0; i < rank; ++i) {
    PoolAxis& axis = axis_of(p, 3 - rank + i);
    axis.kernel = kernel[i];
    axis.stride = stride[i];
    axis.padding = padding[i];
    axis.dilation = dilation[i];
    axis.out = output_size(axis, options.ceil_mode);
    out.push_back(axis.out);
  }
  check_padding(op, p, kernel, padding);
  check_fits(op, x, out, kernel, padding);
  for (const PoolAxis* axis : {&p.d, &p.h, &p.w}) check_elements(op, *axis, x);
  return p;
}

Pooling adaptive_windows(const char* op, const Tensor& x, const Shape& sizes) {
  const int rank = sizes.rank();
  const int first = check_planes(op, x, rank);
  check_size(op, "output_size", sizes, 1);
  Pooling p = planes_of(x, first);
  for (int i = 0; i < rank; ++i) {
    PoolAxis& axis = axis_of(p, 3 - rank + i);
    axis.out = sizes[i];
    if (axis.in % axis.out == 0) {
      axis.kernel = axis.stride = axis.in / axis.out;
    } else {
      axis.adaptive = true;
      // The longest window is one whose begin is rounded down most, by (out - gcd) / out.
      const auto rounded = axis.out - std::gcd(axis.in, axis.out);
      axis.kernel = (axis.in + rounded + axis.out - 1) / axis.out;
    }
  }
  check_taps(op, {p.d.kernel, p.h.kernel, p.w.kernel});
  return p;
}

Shape pooled_shape(const Tensor& x, int rank, const Pooling& p) {
  Shape shape = x->shape();
  const std::int64_t out[] = {p.d.out, p.h.out, p.w.out};
  for (int i = 0; i < rank; ++i) shape[x->rank() - rank + i] = out[3 - rank + i];
  return shape;
}

}  // namespace deepcore
