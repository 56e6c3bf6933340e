// Maxima and minima along the axis n of a view, with their indices; n is at least 1. NaN wins, and
// among equals the first.
#pragma once

#include <cstdint>

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct Extreme {
  std::int64_t (*scratch)(const View& view);  // bytes, 64-byte aligned, that forward needs
  // value and index have the shape (outer, inner); index may be null.
  void (*forward)(const View& view, const T* x, bool largest, T* value, std::int64_t* index,
                  void* scratch);
  // dx[o, index[o, i], i] (+)= g[o, i], and zero elsewhere.
  void (*backward)(const View& view, const std::int64_t* index, const T* g, bool accumulate, T* dx);
  // The gradient of the extreme of all n elements: every element equal to it gets the same share.
  void (*share)(std::int64_t n, const T* x, T value, T g, bool accumulate, T* dx);
};

template <class T>
Extreme<T> extreme_kernels();

}  // namespace deepcore
