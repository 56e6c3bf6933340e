// What an element is normalized with, in passes of their own and in the epilogue of a convolution.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/vec.h"
#include "kernels/norm.h"

namespace deepcore {

// 1 / s of a set.
template <class T>
inline T inverse_deviation(const NormArgs<T>& a, std::int64_t set) noexcept {
  return T{1} / std::sqrt(a.variance[set] + a.eps);
}

// y = (x - mean) scale + shift.
template <class T>
struct Normalizer {
  T mean, scale, shift;

  Vec<T> operator()(Vec<T> x) const noexcept {
    return fma(x - splat(mean), splat(scale), splat(shift));
  }
};

template <class T>
inline Normalizer<T> normalizer(const NormArgs<T>& a, std::int64_t set, T inverse,
                                std::int64_t channel) noexcept {
  return {a.mean[set], (a.weight ? a.weight[channel] : T{1}) * inverse,
          a.bias ? a.bias[channel] : T{0}};
}

// Of a channel of a batch.
template <class T>
inline Normalizer<T> normalizer(const NormArgs<T>& a, std::int64_t channel) noexcept {
  return normalizer(a, channel, inverse_deviation(a, channel), channel);
}

}  // namespace deepcore
