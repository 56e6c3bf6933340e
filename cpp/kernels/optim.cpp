#include "kernels/optim.h"

#include <algorithm>

#include "base/flush.h"
#include "base/parallel.h"
#include "base/vec.h"

namespace deepcore {
namespace {

template <class T>
Vec<T> decayed(Vec<T> p, Vec<T> g, T weight_decay, T sign) noexcept {
  return fma(p, splat(weight_decay), g * splat(sign));
}

// What apply() of a rule is given: parameter and gradient of one vector of elements, and `s`, the
// states, which it changes in place; it returns the new parameter.

template <class T, bool momentum>
struct SgdRule {
  static constexpr int states = momentum;
  static Vec<T> apply(const SgdStep<T>& o, Vec<T> p, Vec<T> g, Vec<T>* s) noexcept {
    g = decayed(p, g, o.weight_decay, o.sign);
    if constexpr (momentum) {
      s[0] = fma(s[0], splat(o.momentum), g * splat(o.fresh));
      g = o.nesterov ? fma(s[0], splat(o.momentum), g) : s[0];
    }
    return fma(g, splat(-o.lr), p);
  }
};

template <class T>
struct AdagradRule {
  static constexpr int states = 1;
  static Vec<T> apply(const AdagradStep<T>& o, Vec<T> p, Vec<T> g, Vec<T>* s) noexcept {
    g = decayed(p, g, o.weight_decay, o.sign);
    s[0] = fma(g, g, s[0]);
    return p - splat(o.lr) * g / (sqrt(s[0]) + splat(o.eps));
  }
};

template <class T>
struct AdadeltaRule {
  static constexpr int states = 2;
  static Vec<T> apply(const AdadeltaStep<T>& o, Vec<T> p, Vec<T> g, Vec<T>* s) noexcept {
    const Vec<T> eps = splat(o.eps);
    g = decayed(p, g, o.weight_decay, o.sign);
    s[0] = fma(s[0], splat(o.rho), splat(o.fresh) * g * g);
    const Vec<T> delta = sqrt(s[1] + eps) / sqrt(s[0] + eps) * g;
    s[1] = fma(s[1], splat(o.rho), splat(o.fresh) * delta * delta);
    return fma(delta, splat(-o.lr), p);
  }
};

template <class T, bool momentum, bool centered>
struct RmspropRule {
  static constexpr int states = 1 + momentum + centered;
  static Vec<T> apply(const RmspropStep<T>& o, Vec<T> p, Vec<T> g, Vec<T>* s) noexcept {
    g = decayed(p, g, o.weight_decay, o.sign);
    s[0] = fma(s[0], splat(o.alpha), splat(o.fresh) * g * g);
    Vec<T> square = s[0];
    if constexpr (centered) {
      Vec<T>& mean = s[1 + momentum];
      mean = fma(mean, splat(o.alpha), splat(o.fresh) * g);
      square = square - mean * mean;
      // A variance that rounding made negative is zero; a NaN stays one.
      square = select<T>(square < Vec<T>{}, Vec<T>{}, square);
    }
    Vec<T> direction = g / (sqrt(square) + splat(o.eps));
    if constexpr (momentum) direction = s[1] = fma(s[1], splat(o.momentum), direction);
    return fma(direction, splat(-o.lr), p);
  }
};

template <class T, bool amsgrad>
struct AdamRule {
  static constexpr int states = 2 + amsgrad;
  static Vec<T> apply(const AdamStep<T>& o, Vec<T> p, Vec<T> g, Vec<T>* s) noexcept {
    g = decayed(p, g, o.weight_decay, o.sign);
    s[0] = fma(s[0], splat(o.beta1), splat(o.fresh1) * g);
    s[1] = fma(s[1], splat(o.beta2), splat(o.fresh2) * g * g);
    Vec<T> square = s[1];
    if constexpr (amsgrad) square = s[2] = select<T>(square <= s[2], s[2], square);
    const Vec<T> root = fma(sqrt(square), splat(o.scale), splat(o.eps));
    return p * splat(o.keep) - splat(o.rate) * s[0] / root;
  }
};

// Elements begin to end of one parameter. The tail goes through the same code under a mask.
template <class Rule, class Step, class T>
void update_range(const Update<Step, T>& update, std::int64_t begin, std::int64_t end) noexcept {
  const Step step = update.step;
  T* const value = update.value;
  const T* const gradient = update.gradient;
  T* state[Rule::states + 1] = {};  // without the states that this rule goes without; none is empty
  for (int from = 0, to = 0; from < Step::states; ++from) {
    if (update.state[from]) state[to++] = update.state[from];
  }
  Vec<T> s[Rule::states + 1];
  auto i = begin;
  for (; i + lanes<T> <= end; i += lanes<T>) {
    for (int k = 0; k < Rule::states; ++k) s[k] = load(state[k] + i);
    store(value + i, Rule::apply(step, load(value + i), load(gradient + i), s));
    for (int k = 0; k < Rule::states; ++k) store(state[k] + i, s[k]);
  }
  if (const int left = static_cast<int>(end - i); left > 0) {
    for (int k = 0; k < Rule::states; ++k) s[k] = load_first(state[k] + i, left);
    const Vec<T> p = load_first(value + i, left), g = load_first(gradient + i, left);
    store_first(value + i, Rule::apply(step, p, g, s), left);
    for (int k = 0; k < Rule::states; ++k) store_first(state[k] + i, s[k], left);
  }
}

template <class T>
void update(const Update<SgdStep<T>, T>& u, std::int64_t begin, std::int64_t end) noexcept {
  u.state[0] ? update_range<SgdRule<T, true>>(u, begin, end)
             : update_range<SgdRule<T, false>>(u, begin, end);
}
template <class T>
void update(const Update<AdagradStep<T>, T>& u, std::int64_t begin, std::int64_t end) noexcept {
  update_range<AdagradRule<T>>(u, begin, end);
}
template <class T>
void update(const Update<AdadeltaStep<T>, T>& u, std::int64_t begin, std::int64_t end) noexcept {
  update_range<AdadeltaRule<T>>(u, begin, end);
}
template <class T>
void update(const Update<RmspropStep<T>, T>& u, std::int64_t begin, std::int64_t end) noexcept {
  if (u.state[2]) {
    u.state[1] ? update_range<RmspropRule<T, true, true>>(u, begin, end)
               : update_range<RmspropRule<T, false, true>>(u, begin, end);
  } else {
    u.state[1] ? update_range<RmspropRule<T, true, false>>(u, begin, end)
               : update_range<RmspropRule<T, false, false>>(u, begin, end);
  }
}
template <class T>
void update(const Update<AdamStep<T>, T>& u, std::int64_t begin, std::int64_t end) noexcept {
  u.state[2] ? update_range<AdamRule<T, true>>(u, begin, end)
             : update_range<AdamRule<T, false>>(u, begin, end);
}

template <class Step, class T>
void run(const Update<Step, T>* updates, std::int64_t count) {
  std::int64_t total = 0;
  for (std::int64_t k = 0; k < count; ++k) total += updates[k].size;
  constexpr auto grain = grain_of(grain_bytes, (2 + Step::states) * sizeof(T));
  parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    std::int64_t first = 0;  // where update k begins in the concatenation
    for (std::int64_t k = 0; k < count && first < end; first += updates[k++].size) {
      const auto from = std::max<std::int64_t>(begin - first, 0);
      const auto to = std::min(end - first, updates[k].size);
      if (from < to) update(updates[k], from, to);
    }
  });
}

}  // namespace

template <class T>
Optim<T> optim_kernels() {
  return {.sgd = run<SgdStep<T>, T>,
          .adagrad = run<AdagradStep<T>, T>,
          .adadelta = run<AdadeltaStep<T>, T>,
          .rmsprop = run<RmspropStep<T>, T>,
          .adam = run<AdamStep<T>, T>};
}
template Optim<float> optim_kernels();
template Optim<double> optim_kernels();

}  // namespace deepcore
