#include "kernels/ctc.h"

#include <algorithm>
#include <limits>

#include "base/parallel.h"
#include "base/vec.h"
#include "kernels/math.h"

namespace deepcore {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t pad = 16;  // more than a vector and two states

// log(e^a + e^b + e^c), where -infinity stands for nothing.
Vec<double> log_sum(Vec<double> a, Vec<double> b, Vec<double> c) noexcept {
  const auto largest = at_least<double>(at_least<double>(a, b), c);
  const auto m = select<double>(largest == splat(-infinity), Vec<double>{}, largest);
  return m + math::log<double>(math::exp<double>(a - m) + math::exp<double>(b - m) +
                               math::exp<double>(c - m));
}

double log_sum(double a, double b) noexcept {
  return log_sum(splat(a), splat(b), splat(-infinity))[0];
}

// The states of one sample, and a thread's working memory for them: rows of doubles, padded on both
// sides with -infinity, so that every vector is a whole one.
template <class T>
class Sample {
 public:
  Sample(const CtcArgs<T>& args, std::int64_t n, double* memory)
      : args_(args),
        n_(n),
        states_(states_of(args, n)),
        row_(memory + pad),
        other_(row_ + padded()),
        emission_(other_ + padded()),
        skip_(emission_ + padded()) {
    std::fill_n(memory, 4 * padded(), -infinity);
    const auto* labels = args.targets + args.first[n];
    // What is added to the way over a blank: nothing, or -infinity.
    for (std::int64_t s = 3; s < states_; s += 2) {
      if (labels[s / 2] != labels[s / 2 - 1]) skip_[s] = 0;
    }
  }
  // In doubles.
  static std::int64_t memory(std::int64_t states) noexcept { return 4 * (states + 2 * pad); }
  static std::int64_t states_of(const CtcArgs<T>& args, std::int64_t n) noexcept {
    return 2 * args.target_lengths[n] + 1;
  }

  std::int64_t states() const noexcept { return states_; }
  std::int64_t class_of(std::int64_t s) const noexcept {
    return s % 2 ? args_.targets[args_.first[n_] + s / 2] : args_.blank;
  }
  const double* row() const noexcept { return row_; }

  void read(std::int64_t t) noexcept {
    const T* x = args_.x + (t * args_.batch + n_) * args_.classes;
    for (std::int64_t s = 0; s < states_; ++s) emission_[s] = x[class_of(s)];
  }

  void begin_alpha() noexcept { std::copy_n(emission_, std::min<std::int64_t>(states_, 2), row_); }
  void step_alpha() noexcept {
    for (std::int64_t s = 0; s < states_; s += lanes<double>) {
      const auto ways =
          log_sum(load(row_ + s), load(row_ + s - 1), load(row_ + s - 2) + load(skip_ + s));
      store(other_ + s, ways + load(emission_ + s));
    }
    std::swap(row_, other_);
  }
  double loss() const noexcept {
    return -(states_ == 1 ? row_[0] : log_sum(row_[states_ - 1], row_[states_ - 2]));
  }

  void begin_beta() noexcept {
    for (auto s = std::max<std::int64_t>(states_ - 2, 0); s < states_; ++s) row_[s] = 0;
  }
  // emission is that of the step after.
  void step_beta() noexcept {
    for (std::int64_t s = 0; s < states_; s += lanes<double>) {
      store(row_ + s, load(row_ + s) + load(emission_ + s));
    }
    for (std::int64_t s = 0; s < states_; s += lanes<double>) {
      store(other_ + s,
            log_sum(load(row_ + s), load(row_ + s + 1), load(row_ + s + 2) + load(skip_ + s + 2)));
    }
    std::swap(row_, other_);
  }

 private:
  std::int64_t padded() const noexcept { return states_ + 2 * pad; }

  const CtcArgs<T>& args_;
  std::int64_t n_, states_;
  double *row_, *other_, *emission_, *skip_;
};

template <class T>
std::int64_t most_states(const CtcArgs<T>& args) noexcept {
  std::int64_t most = 1;
  for (std::int64_t n = 0; n < args.batch; ++n) {
    most = std::max(most, Sample<T>::states_of(args, n));
  }
  return most;
}

template <class T>
std::int64_t offset_of(const CtcArgs<T>& args, std::int64_t n) noexcept {
  return args.steps * (2 * args.first[n] + n);
}

// What one sample needs: its rows, and a number for each class.
template <class T>
std::int64_t sample_scratch(const CtcArgs<T>& args) noexcept {
  return Sample<T>::memory(most_states(args)) + args.classes;
}

template <class T>
std::int64_t scratch(const CtcArgs<T>& args) {
  return args.batch * sample_scratch(args);
}

// Calls body(n, its scratch) for every sample.
template <class T, class F>
void for_samples(const CtcArgs<T>& args, double* scratch, const F& body) {
  const auto each = sample_scratch(args);
  const auto flops = 20 * args.steps * each;  // measured as time: 5 ns a state and step
  parallel_for(args.batch, grain_of(grain_flops, flops), [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) body(n, scratch + n * each);
  });
}

template <class T>
double sample_loss(const CtcArgs<T>& args, std::int64_t n, double* alpha, double* memory) {
  const auto steps = args.input_lengths[n];
  if (steps == 0) return args.target_lengths[n] == 0 ? 0 : infinity;
  Sample<T> sample(args, n, memory);
  for (std::int64_t t = 0; t < steps; ++t) {
    sample.read(t);
    t == 0 ? sample.begin_alpha() : sample.step_alpha();
    if (alpha) std::copy_n(sample.row(), sample.states(), alpha + t * sample.states());
  }
  return sample.loss();
}

template <class T>
void forward(const CtcArgs<T>& args, double* scratch, double* alpha, double* losses) {
  for_samples(args, scratch, [&](std::int64_t n, double* memory) {
    losses[n] = sample_loss(args, n, alpha ? alpha + offset_of(args, n) : nullptr, memory);
  });
}

// Adds -scale times the posteriors of one step to dx. `posterior` has a zero for every class.
template <class T>
void add_posteriors(const Sample<T>& sample, const double* alpha, double loss, double scale,
                    double* posterior, T* dx) noexcept {
  const auto* beta = sample.row();
  double p[lanes<double>];
  for (std::int64_t s = 0; s < sample.states(); s += lanes<double>) {
    const auto count = std::min<std::int64_t>(lanes<double>, sample.states() - s);
    const auto a =
        count == lanes<double> ? load(alpha + s) : load_first(alpha + s, static_cast<int>(count));
    store(p, math::exp<double>(a + load(beta + s) + splat(loss)));
    for (std::int64_t i = 0; i < count; ++i) posterior[sample.class_of(s + i)] += p[i];
  }
  for (std::int64_t s = 0; s < sample.states(); ++s) {
    const auto c = sample.class_of(s);
    dx[c] = static_cast<T>(dx[c] - scale * posterior[c]);
    posterior[c] = 0;
  }
}

template <class T>
void backward(const CtcArgs<T>& args, const double* alpha, const double* losses,
              const double* scale, double* scratch, bool accumulate, T* dx) {
  for_samples(args, scratch, [&](std::int64_t n, double* memory) {
    const auto row_of = [&](std::int64_t t) { return dx + (t * args.batch + n) * args.classes; };
    if (!accumulate) {
      for (std::int64_t t = 0; t < args.steps; ++t) std::fill_n(row_of(t), args.classes, T{0});
    }
    const auto steps = args.input_lengths[n];
    if (scale[n] == 0 || steps == 0) return;
    Sample<T> sample(args, n, memory + args.classes);
    double* posterior = memory;
    std::fill_n(posterior, args.classes, 0.0);
    const double* kept = alpha + offset_of(args, n);
    sample.begin_beta();
    for (auto t = steps - 1; t >= 0; --t) {
      add_posteriors(sample, kept + t * sample.states(), losses[n], scale[n], posterior, row_of(t));
      sample.read(t);
      if (t > 0) sample.step_beta();
    }
  });
}

}  // namespace

template <class T>
Ctc<T> ctc_kernels() {
  return {.scratch = scratch<T>, .forward = forward<T>, .backward = backward<T>};
}
template Ctc<float> ctc_kernels();
template Ctc<double> ctc_kernels();

}  // namespace deepcore
