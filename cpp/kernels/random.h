// Random fills and dropout. What an element gets depends on the draw and on its index alone.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace deepcore {

// The groups that n elements of T take, and so how far a draw moves the generator on. A number of a
// type takes as many words as it has bits; a yes or no (bernoulli, dropout) takes one.
template <class T>
constexpr std::uint64_t random_groups(std::int64_t n) {
  constexpr std::int64_t elements = group_words * sizeof(std::uint32_t) / sizeof(T);
  return static_cast<std::uint64_t>((n + elements - 1) / elements);
}

template <class T>
struct Random {
  // Evenly over [low, high): multiples of 2^-24 (float) or 2^-53 (double) of the range above low.
  void (*uniform)(const Draw& draw, T* out, std::int64_t n, T low, T high);
  // Box and Muller's: two uniform numbers, a radius and an angle, give two normal ones.
  void (*normal)(const Draw& draw, T* out, std::int64_t n, T mean, T std);
  // 1 with probability p[i], else 0; p moves on by p_step, 0 or 1.
  void (*bernoulli)(const Draw& draw, const T* p, int p_step, T* out, std::int64_t n);
  // y = x / (1 - p) with probability 1 - p, else 0 (NaN where x is not finite); added to y where
  // accumulate. The gradient is the same map of the output's gradient, so nothing is saved.
  void (*dropout)(const Draw& draw, const T* x, T* y, std::int64_t n, double p, bool accumulate);
  // y (+)= x times the number of its row, of `rows` rows of n elements: dropout of whole channels.
  void (*scale_rows)(const T* x, const T* scale, std::int64_t rows, std::int64_t n, bool accumulate,
                     T* y);
};

template <class T>
Random<T> random_kernels();

}  // namespace deepcore
