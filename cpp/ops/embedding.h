// Rows of a table by index: what stands for each word.
#pragma once

#include <optional>

#include "graph/tensor.h"

namespace deepcore {

// y[..., :] = weight[input[...], :] of int64 indices and a table (rows, width). Of padding_idx
// there is no gradient; scale_by_frequency divides a row's gradient by how often the row was taken;
// with `sparse`, a leaf's gradient is SparseRows.
Tensor embedding(const Tensor& input, const Tensor& weight, std::optional<std::int64_t> padding_idx,
                 bool scale_by_frequency, bool sparse);

// Scales the rows that input names, in place, to a norm (Σ |w|^norm_type)^(1 / norm_type) of at
// most max_norm.
void embedding_renorm(const Tensor& weight, const Tensor& input, double max_norm, double norm_type);

}  // namespace deepcore
