// Which axes an op works along, and how a kernel sees them.
#pragma once

#include <optional>
#include <vector>

#include "graph/tensor.h"
#include "kernels/view.h"

namespace deepcore {

// The index of an element that is counted in row-major order.
inline Shape index_of(const Shape& shape, std::int64_t position) noexcept {
  Shape index = shape;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[axis] = position % shape[axis];
    position /= shape[axis];
  }
  return index;
}

// The axes an op is asked for; none means all.
using Dims = std::optional<std::vector<std::int64_t>>;

// Axes first ... last - 1 of a shape.
struct AxisRange {
  int first, last;
};

// The asked axes as ranges of neighbours, in ascending order. An axis twice is an error; no axis,
// and a tensor without axes, give one empty range.
std::vector<AxisRange> axis_ranges(const char* op, const Dims& dims, int rank);

// An axis of one element leaves the rest side by side: lanes along what would be outer.
inline View view_of(const Shape& shape, AxisRange axes) noexcept {
  const View view{shape.numel(0, axes.first), shape.numel(axes.first, axes.last),
                  shape.numel(axes.last, shape.rank())};
  return view.n == 1 ? View{1, 1, view.outer * view.inner} : view;
}

// The shape without the axes, or with ones in their places.
Shape reduced_shape(const Shape& shape, AxisRange axes, bool keepdim);
Shape reduced_shape(const Shape& shape, const std::vector<AxisRange>& ranges, bool keepdim);

// Applies one(x, axes, shape of the result) to the last range, then to the one before, and so on:
// for what can be reduced in several steps.
template <class F>
Tensor reduce_ranges(const Tensor& x, const std::vector<AxisRange>& ranges, bool keepdim,
                     const F& one) {
  const Shape result = reduced_shape(x->shape(), ranges, keepdim);
  Tensor y = x;
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    const bool last = range + 1 == ranges.rend();
    y = one(y, *range, last ? result : reduced_shape(y->shape(), *range, true));
  }
  return y;
}

}  // namespace deepcore
