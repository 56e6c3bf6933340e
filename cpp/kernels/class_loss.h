// Losses over classes: cross entropy from logits, with class indices or probabilities as targets,
// and the negative log-likelihood. The view is (samples, classes, positions); a term is the loss of
// one sample at one position, and losses add their terms serially in double, in this order, so that
// what is left out changes no bit.
//
//   L = log Σ e^x    indices: term = (1 - s) w_k (L - x_k) + s / C Σ_c w_c (L - x_c)
//                    probabilities: term = Σ_c w_c t'_c (L - x_c), t' = (1 - s) t + s / C
#pragma once

#include <cstdint>

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct ClassLossArgs {
  View view;
  const T* x;
  const std::int64_t* label = nullptr;  // (samples, positions)
  const T* target = nullptr;            // or of x's shape
  const T* weight = nullptr;            // w, for each class; 1 where none
  std::int64_t ignore_index = -100;     // its terms are zero, and so are their gradients
  T smoothing = 0;                      // s
};

template <class T>
struct ClassLoss {
  // p = softmax of x, unless null; terms (samples, positions).
  void (*forward)(const ClassLossArgs<T>& args, T* p, T* terms);
  // From p, where scale (samples, positions) is the gradient of the terms; factors is scratch of
  // that shape. args.x is not read.
  void (*backward)(const ClassLossArgs<T>& args, const T* p, const T* scale, T* factors,
                   bool accumulate, T* dx);
  // The gradient of probabilities, from args.x.
  void (*target_backward)(const ClassLossArgs<T>& args, const T* scale, bool accumulate, T* dt);
  // term = -w_k x_k.
  void (*nll_forward)(const ClassLossArgs<T>& args, T* terms);
  void (*nll_backward)(const ClassLossArgs<T>& args, const T* scale, bool accumulate, T* dx);
};

template <class T>
ClassLoss<T> class_loss_kernels();

}  // namespace deepcore
