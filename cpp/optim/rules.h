// The options of each optimizer, and how they become the constants of one update: formulas,
// defaults and names are PyTorch's.
//
// A rule says which state tensors it keeps by which names (`states`), which of them its options
// call for (`uses`), whether its state counts updates (`counts`), which kinds of gradient it takes
// (`takes_dense`, `takes_rows`), and visits its options by name.
#pragma once

#include <cmath>

#include "kernels/kernels.h"

namespace deepcore {

struct Sgd {
  static constexpr const char* name = "sgd";
  static constexpr const char* states[] = {"momentum_buffer"};
  static constexpr bool counts = false;
  static constexpr bool takes_dense = true;
  template <class T>
  using Step = SgdStep<T>;
  double lr = 0, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false, maximize = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("momentum", momentum), option("dampening", dampening);
    option("weight_decay", weight_decay), option("nesterov", nesterov);
    option("maximize", maximize);
  }
  bool uses(int) const noexcept { return momentum != 0; }
  bool takes_rows() const noexcept { return momentum == 0 && weight_decay == 0; }
  double initial(int) const noexcept { return 0; }
  // The first gradient enters the momentum undampened.
  template <class T>
  Step<T> step(double, bool first) const noexcept {
    return {.lr = T(lr),
            .momentum = T(momentum),
            .fresh = first ? T{1} : T(1 - dampening),
            .weight_decay = T(weight_decay),
            .sign = maximize ? T{-1} : T{1},
            .nesterov = nesterov};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.sgd;
  }
};

struct Adagrad {
  static constexpr const char* name = "adagrad";
  static constexpr const char* states[] = {"sum"};
  static constexpr bool counts = true;
  static constexpr bool takes_dense = true;
  template <class T>
  using Step = AdagradStep<T>;
  double lr = 0, lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 0;
  bool maximize = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("lr_decay", lr_decay), option("weight_decay", weight_decay);
    option("initial_accumulator_value", initial_accumulator_value), option("eps", eps);
    option("maximize", maximize);
  }
  bool uses(int) const noexcept { return true; }
  bool takes_rows() const noexcept { return weight_decay == 0; }
  double initial(int) const noexcept { return initial_accumulator_value; }
  template <class T>
  Step<T> step(double t, bool) const noexcept {
    return {.lr = T(lr / (1 + (t - 1) * lr_decay)),
            .eps = T(eps),
            .weight_decay = T(weight_decay),
            .sign = maximize ? T{-1} : T{1}};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.adagrad;
  }
};

struct Adadelta {
  static constexpr const char* name = "adadelta";
  static constexpr const char* states[] = {"square_avg", "acc_delta"};
  static constexpr bool counts = true;
  static constexpr bool takes_dense = true;
  template <class T>
  using Step = AdadeltaStep<T>;
  double lr = 0, rho = 0, eps = 0, weight_decay = 0;
  bool maximize = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("rho", rho), option("eps", eps);
    option("weight_decay", weight_decay), option("maximize", maximize);
  }
  bool uses(int) const noexcept { return true; }
  bool takes_rows() const noexcept { return false; }
  double initial(int) const noexcept { return 0; }
  template <class T>
  Step<T> step(double, bool) const noexcept {
    return {.lr = T(lr),
            .rho = T(rho),
            .fresh = T(1 - rho),
            .eps = T(eps),
            .weight_decay = T(weight_decay),
            .sign = maximize ? T{-1} : T{1}};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.adadelta;
  }
};

struct Rmsprop {
  static constexpr const char* name = "rmsprop";
  static constexpr const char* states[] = {"square_avg", "momentum_buffer", "grad_avg"};
  static constexpr bool counts = true;
  static constexpr bool takes_dense = true;
  template <class T>
  using Step = RmspropStep<T>;
  double lr = 0, alpha = 0, eps = 0, weight_decay = 0, momentum = 0;
  bool centered = false, maximize = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("alpha", alpha), option("eps", eps);
    option("weight_decay", weight_decay), option("momentum", momentum);
    option("centered", centered), option("maximize", maximize);
  }
  bool uses(int state) const noexcept {
    return state == 0 || (state == 1 ? momentum > 0 : centered);
  }
  bool takes_rows() const noexcept { return false; }
  double initial(int) const noexcept { return 0; }
  template <class T>
  Step<T> step(double, bool) const noexcept {
    return {.lr = T(lr),
            .alpha = T(alpha),
            .fresh = T(1 - alpha),
            .momentum = T(momentum),
            .eps = T(eps),
            .weight_decay = T(weight_decay),
            .sign = maximize ? T{-1} : T{1}};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.rmsprop;
  }
};

// Adam and, where the decay is decoupled from the gradient, AdamW.
struct Adam {
  static constexpr const char* name = "adam";
  static constexpr const char* states[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr bool counts = true;
  static constexpr bool takes_dense = true;
  template <class T>
  using Step = AdamStep<T>;
  double lr = 0, betas[2] = {}, eps = 0, weight_decay = 0;
  bool amsgrad = false, maximize = false, decoupled_weight_decay = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("betas", betas), option("eps", eps);
    option("weight_decay", weight_decay), option("amsgrad", amsgrad);
    option("maximize", maximize), option("decoupled_weight_decay", decoupled_weight_decay);
  }
  bool uses(int state) const noexcept { return state < 2 || amsgrad; }
  bool takes_rows() const noexcept { return false; }
  double initial(int) const noexcept { return 0; }
  template <class T>
  Step<T> step(double t, bool) const noexcept {
    return {.rate = T(lr / (1 - std::pow(betas[0], t))),
            .scale = T(1 / std::sqrt(1 - std::pow(betas[1], t))),
            .beta1 = T(betas[0]),
            .fresh1 = T(1 - betas[0]),
            .beta2 = T(betas[1]),
            .fresh2 = T(1 - betas[1]),
            .eps = T(eps),
            .keep = decoupled_weight_decay ? T(1 - lr * weight_decay) : T{1},
            .weight_decay = decoupled_weight_decay ? T{0} : T(weight_decay),
            .sign = maximize ? T{-1} : T{1}};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.adam;
  }
};

// Adam of rows: moments of rows without a gradient stay as they are, and eps is added to the root
// of the biased second moment.
struct SparseAdam {
  static constexpr const char* name = "sparseadam";
  static constexpr const char* states[] = {"exp_avg", "exp_avg_sq"};
  static constexpr bool counts = true;
  static constexpr bool takes_dense = false;
  template <class T>
  using Step = AdamStep<T>;
  double lr = 0, betas[2] = {}, eps = 0;
  bool maximize = false;

  template <class F>
  void visit(F&& option) {
    option("lr", lr), option("betas", betas), option("eps", eps);
    option("maximize", maximize);
  }
  bool uses(int) const noexcept { return true; }
  bool takes_rows() const noexcept { return true; }
  double initial(int) const noexcept { return 0; }
  template <class T>
  Step<T> step(double t, bool) const noexcept {
    const double correction = std::sqrt(1 - std::pow(betas[1], t)) / (1 - std::pow(betas[0], t));
    return {.rate = T(lr * correction),
            .scale = T{1},
            .beta1 = T(betas[0]),
            .fresh1 = T(1 - betas[0]),
            .beta2 = T(betas[1]),
            .fresh2 = T(1 - betas[1]),
            .eps = T(eps),
            .keep = T{1},
            .weight_decay = T{0},
            .sign = maximize ? T{-1} : T{1}};
  }
  template <class T>
  static auto kernel() noexcept {
    return kernels().of<T>().optim.adam;
  }
};

}  // namespace deepcore
