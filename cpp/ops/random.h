// Random numbers in tensors, and dropout. Every op draws anew whenever it runs, also in a replay.
#pragma once

#include "base/generator.h"
#include "graph/tensor.h"

namespace deepcore {

// In place, on float32 and float64.
void fill_uniform(const Tensor& x, double low, double high, const Ref<Generator>& generator);
void fill_normal(const Tensor& x, double mean, double std, const Ref<Generator>& generator);
// 1 with probability p, else 0; the tensor p has one element, or as many as x.
void fill_bernoulli(const Tensor& x, const Tensor& p, const Ref<Generator>& generator);

// Whole numbers, low <= x < high.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               const Ref<Generator>& generator);
// The numbers 0 ... n - 1 in random order.
Tensor randperm(std::int64_t n, const Ref<Generator>& generator);

// y = x / (1 - p) with probability 1 - p, else 0.
Tensor dropout(const Tensor& input, double p, const Ref<Generator>& generator);
// The same for whole channels: all elements that share the indices of the first `axes` axes.
Tensor channel_dropout(const Tensor& input, int axes, double p, const Ref<Generator>& generator);

}  // namespace deepcore
