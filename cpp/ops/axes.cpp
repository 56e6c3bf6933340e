#include "ops/axes.h"

namespace deepcore {

std::vector<AxisRange> axis_ranges(const char* op, const Dims& dims, int rank) {
  if (!dims || dims->empty() || rank == 0) {
    if (dims) {
      for (const auto dim : *dims) normalize_axis(op, dim, rank);
    }
    return {{0, rank}};
  }
  bool chosen[Shape::max_rank] = {};
  for (const auto dim : *dims) {
    const int axis = normalize_axis(op, dim, rank);
    if (chosen[axis]) throw ValueError(op, "dim names axis ", axis, " twice.");
    chosen[axis] = true;
  }
  std::vector<AxisRange> ranges;
  for (int axis = 0; axis < rank; ++axis) {
    if (!chosen[axis]) continue;
    if (axis > 0 && chosen[axis - 1]) {
      ++ranges.back().last;
    } else {
      ranges.push_back({axis, axis + 1});
    }
  }
  return ranges;
}

Shape reduced_shape(const Shape& shape, AxisRange axes, bool keepdim) {
  return reduced_shape(shape, std::vector<AxisRange>{axes}, keepdim);
}

Shape reduced_shape(const Shape& shape, const std::vector<AxisRange>& ranges, bool keepdim) {
  Shape result = shape;
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    for (int axis = range->last - 1; axis >= range->first; --axis) {
      keepdim ? void(result[axis] = 1) : result.erase(axis);
    }
  }
  return result;
}

}  // namespace deepcore
