// The gradient of a table whose rows were gathered: sums of the rows that came from one.
#pragma once

#include <cstdint>

namespace deepcore {

// Positions grouped by the row of the table they were taken from: group g, of row rows[g], is
// positions[first[g]] to positions[first[g + 1] - 1], in increasing order.
struct RowGroups {
  std::int64_t count = 0;
  const std::int64_t* rows = nullptr;
  const std::int64_t* first = nullptr;  // count + 1
  const std::int64_t* positions = nullptr;
};

template <class T>
struct RowSums {
  std::int64_t width = 0;
  const T* x = nullptr;   // (positions, width)
  bool by_count = false;  // each sum is divided by the size of its group
  bool accumulate = false;
  bool packed = false;  // group g goes to row g of y instead of rows[g]
  T* y = nullptr;
};

template <class T>
struct EmbeddingKernels {
  // y[rows[g]] = or += Σ x[p] over the positions p of each group g, in their order.
  void (*sum)(const RowGroups& groups, const RowSums<T>& args);
};

template <class T>
EmbeddingKernels<T> embedding_kernels();

}  // namespace deepcore
