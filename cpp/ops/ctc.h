// Connectionist temporal classification.
#pragma once

#include "graph/tensor.h"
#include "ops/reduction.h"

namespace deepcore {

// log_probs (T, N, C), or (T, C) of one sample; int64 targets (N, S), or (the sum of the lengths,);
// int64 lengths (N,), or () of one sample.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank, Reduction reduction,
                bool zero_infinity);

}  // namespace deepcore
