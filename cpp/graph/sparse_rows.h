// A gradient most rows of which are zero, as only the others: what few words of a large vocabulary
// leave behind.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

class SparseRows : public RefCounted {
 public:
  // Increasing int64 indices (n,), and values of shape (n, the other axes of `shape`).
  SparseRows(const Shape& shape, Tensor indices, Tensor values)
      : shape(shape), indices(std::move(indices)), values(std::move(values)) {}

  std::int64_t width() const noexcept { return shape.numel(1, shape.rank()); }
  Tensor to_dense() const;

  const Shape shape;
  Tensor indices, values;
};

// a + b, over the rows that either has.
Ref<SparseRows> sum(const SparseRows& a, const SparseRows& b);

// The end of the error where rows come to what needs a dense gradient.
inline constexpr const char* rows_advice =
    "SGD without momentum and weight_decay, Adagrad without weight_decay, and SparseAdam take "
    "these, and an embedding with sparse=False has none.";

}  // namespace deepcore
