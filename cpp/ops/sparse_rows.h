// Making SparseRows out of rows that may come more than once.
#pragma once

#include "graph/sparse_rows.h"
#include "kernels/kernels.h"

namespace deepcore {

// The sums of the groups, as rows of a gradient of that shape.
template <class T>
Ref<SparseRows> sum_rows(const RowGroups& groups, RowSums<T> sums, Shape shape) {
  const Shape whole = shape;
  shape[0] = groups.count;
  const Tensor indices = empty("backward", {groups.count}, Dtype::int64);
  const Tensor values = empty("backward", shape, dtype_of<T>());
  std::copy_n(groups.rows, groups.count, indices->data<std::int64_t>());
  sums.packed = true;
  sums.y = values->data<T>();
  kernels().of<T>().embedding.sum(groups, sums);
  return make_ref<SparseRows>(whole, indices, values);
}

// From int64 indices (n,) in any order, repeats summed in that order, and values (n, ...).
Ref<SparseRows> sparse_rows(const Tensor& indices, const Tensor& values, const Shape& shape);

}  // namespace deepcore
