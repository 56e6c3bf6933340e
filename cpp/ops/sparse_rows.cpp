#include "ops/sparse_rows.h"

#include "ops/row_groups.h"

namespace deepcore {
namespace {

void check(const Tensor& indices, const Tensor& values, const Shape& shape) {
  const char* op = "SparseRows";
  if (indices->dtype() != Dtype::int64) {
    throw TypeError(op, "indices must be int64, got ", indices->dtype(), ".");
  }
  if (shape.rank() == 0) throw ValueError(op, "shape must have an axis of rows, got ().");
  if (shape[0] < 0) {
    throw ValueError(op, "shape must not have a negative size, got ", shape, ".");
  }
  if (indices->rank() != 1) {
    throw ValueError(op, "indices must have one axis, got shape ", indices->shape(), ".");
  }
  Shape expected = shape;
  expected[0] = indices->numel();
  if (!(values->shape() == expected)) {
    throw ValueError(op, "values must have shape ", expected, " for ", indices->numel(),
                     " indices and shape ", shape, ", got ", values->shape(), ".");
  }
  const auto* index = indices->data<std::int64_t>();
  for (std::int64_t i = 0; i < indices->numel(); ++i) {
    if (index[i] >= 0 && index[i] < shape[0]) continue;
    throw IndexError(op, "indices must be from 0 to ", shape[0] - 1, " for shape ", shape, ", got ",
                     index[i], ".");
  }
}

}  // namespace

Ref<SparseRows> sparse_rows(const Tensor& indices, const Tensor& values, const Shape& shape) {
  check(indices, values, shape);
  return visit_floating("SparseRows", values->dtype(), [&]<class T>(TypeTag<T>) {
    const GroupedRows grouped(indices->data<std::int64_t>(), indices->numel(), shape[0], -1);
    const auto width = shape.numel(1, shape.rank());
    return sum_rows<T>(grouped.groups(), {.width = width, .x = values->data<T>()}, shape);
  });
}

}  // namespace deepcore
