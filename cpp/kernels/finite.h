// Whether all of many numbers are finite: what a training step asks of its gradients.
#pragma once

#include <cstdint>

namespace deepcore {

template <class T>
struct Finite {
  bool (*all)(const T* x, std::int64_t n);
};

template <class T>
Finite<T> finite_kernels();

}  // namespace deepcore
