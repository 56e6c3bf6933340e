// The optimizers' update rules: one call updates any number of parameters in one parallel region
// over the concatenation of them all, so that small ones share a thread and large ones are split.
//
// A step struct is what a rule reads for one parameter: the options of its group and the number of
// updates it has seen, reduced to the constants of the inner loop. `sign` is -1 to maximize.
#pragma once

#include <cstdint>

namespace deepcore {

// g' = sign g + weight_decay p;  b = momentum b + fresh g';  p -= lr b, or lr (g' + momentum b)
template <class T>
struct SgdStep {
  static constexpr int states = 1;  // b, or none without momentum
  T lr, momentum, fresh, weight_decay, sign;
  bool nesterov;
};

// s += g'^2;  p -= lr g' / (sqrt s + eps)
template <class T>
struct AdagradStep {
  static constexpr int states = 1;
  T lr, eps, weight_decay, sign;
};

// s = rho s + (1 - rho) g'^2;  d = g' sqrt(a + eps) / sqrt(s + eps);  a = rho a + (1 - rho) d^2;
// p -= lr d
template <class T>
struct AdadeltaStep {
  static constexpr int states = 2;  // s, a
  T lr, rho, fresh, eps, weight_decay, sign;
};

// s = alpha s + (1 - alpha) g'^2;  a = alpha a + (1 - alpha) g';
// b = momentum b + g' / (sqrt(s - a^2) + eps);  p -= lr b
template <class T>
struct RmspropStep {
  static constexpr int states = 3;  // s; b or none without momentum; a or none if not centered
  T lr, alpha, fresh, momentum, eps, weight_decay, sign;
};

// p *= keep;  m = beta1 m + (1 - beta1) g';  v = beta2 v + (1 - beta2) g'^2;  x = max(x, v);
// p -= rate m / (scale sqrt v + eps), of x in place of v with amsgrad.
// rate = lr / (1 - beta1^t) and scale = 1 / sqrt(1 - beta2^t) correct the bias of step t.
template <class T>
struct AdamStep {
  static constexpr int states = 3;  // m; v; x or none without amsgrad
  T rate, scale, beta1, fresh1, beta2, fresh2, eps, keep, weight_decay, sign;
};

template <class Step, class T>
struct Update {
  T* value;
  const T* gradient;
  T* state[Step::states];
  std::int64_t size;
  Step step;
};

template <class T>
struct Optim {
  template <class Step>
  using Run = void (*)(const Update<Step, T>* updates, std::int64_t count);
  Run<SgdStep<T>> sgd;
  Run<AdagradStep<T>> adagrad;
  Run<AdadeltaStep<T>> adadelta;
  Run<RmspropStep<T>> rmsprop;
  Run<AdamStep<T>> adam;
};

template <class T>
Optim<T> optim_kernels();

}  // namespace deepcore
