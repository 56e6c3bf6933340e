// What means over samples are made of: how many count, how many are guessed right. No nodes.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

// The samples of a batch of targets: class indices (int64) other than ignore_index, or rows.
std::int64_t count_samples(const Tensor& targets, std::int64_t ignore_index);

struct Guesses {
  std::int64_t right, counted;
};

// scores (N, C, ...), labels (N, ...) of int64. A guess is the class of the first highest score;
// NaN is never right. Labels equal to ignore_index do not count.
Guesses count_right(const Tensor& scores, const Tensor& labels, std::int64_t ignore_index);

// Whether these shapes and dtypes are those of scores and class indices.
bool are_scores_and_labels(const Tensor& scores, const Tensor& labels);

}  // namespace deepcore
