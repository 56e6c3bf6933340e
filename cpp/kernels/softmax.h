// Softmax, its logarithm and log-sum-exp along the axis n of a view, and their gradients.
//
//   m = max x    s = Σ e^(x - m)    softmax = e^(x - m) / s    log-softmax = (x - m) - log s
//
// Sums run in the order of reduce.h, so a row's bits depend on the row alone.
#pragma once

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct Softmax {
  void (*forward)(const View& view, const T* x, T* y);
  void (*log_forward)(const View& view, const T* x, T* y);
  // y (outer, inner) = m + log s; -inf where every x is, inf where one is.
  void (*logsumexp)(const View& view, const T* x, T* y);

  // From the output y: dx (+)= y (g - Σ y g), or g - e^y Σ g, or g e^(x - y).
  void (*backward)(const View& view, const T* y, const T* g, bool accumulate, T* dx);
  void (*log_backward)(const View& view, const T* y, const T* g, bool accumulate, T* dx);
  void (*logsumexp_backward)(const View& view, const T* x, const T* y, const T* g, bool accumulate,
                             T* dx);
};

template <class T>
Softmax<T> softmax_kernels();

}  // namespace deepcore
