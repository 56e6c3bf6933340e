#include "ops/ctc.h"

#include <cmath>
#include <numeric>

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

constexpr const char* op = "ctc_loss";

// Labels and lengths of a batch. They are looked at in each direction and at every replay.
class Labels {
 public:
  Labels(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
         const Tensor& target_lengths, std::int64_t blank)
      : steps_(log_probs->size(0)),
        classes_(log_probs->shape().back()),
        blank_(blank),
        padded_(targets->rank() == 2 ? targets->size(1) : -1),
        count_(targets->numel()),
        targets_(targets->data<std::int64_t>()),
        input_lengths_(input_lengths->data<std::int64_t>()),
        target_lengths_(target_lengths->data<std::int64_t>()),
        first_(target_lengths->numel()) {}

  // Throws unless all values fit; finds where the labels of each sample begin.
  void check() {
    check_lengths("input_lengths", input_lengths_, steps_, "the steps of log_probs");
    if (padded_ >= 0) {
      check_lengths("target_lengths", target_lengths_, padded_, "the last axis of targets");
      for (std::size_t n = 0; n < first_.size(); ++n) first_[n] = n * padded_;
    } else {
      check_lengths("target_lengths", target_lengths_, count_, "the number of targets");
      std::exclusive_scan(target_lengths_, target_lengths_ + first_.size(), first_.begin(),
                          std::int64_t{0});
      check_sum();
    }
    for (std::size_t n = 0; n < first_.size(); ++n) check_labels(n);
  }

  template <class T>
  void put(CtcArgs<T>& args) const {
    args.blank = blank_;
    args.targets = targets_;
    args.first = first_.data();
    args.input_lengths = input_lengths_;
    args.target_lengths = target_lengths_;
  }

 private:
  void check_lengths(const char* name, const std::int64_t* lengths, std::int64_t most,
                     const char* what) const {
    for (std::size_t n = 0; n < first_.size(); ++n) {
      if (lengths[n] >= 0 && lengths[n] <= most) continue;
      throw ValueError(op, name, " must be from 0 to ", most, ", ", what, ", got ", lengths[n],
                       " for sample ", n, ".");
    }
  }
  void check_sum() const {
    const auto sum =
        std::accumulate(target_lengths_, target_lengths_ + first_.size(), std::int64_t{0});
    if (sum == count_) return;
    throw ValueError(op, "target_lengths must add up to the ", count_,
                     " labels of targets with one axis, got ", sum, ".");
  }
  void check_labels(std::size_t n) const {
    const auto* labels = targets_ + first_[n];
    for (std::int64_t i = 0; i < target_lengths_[n]; ++i) {
      if (labels[i] < 0 || labels[i] >= classes_) {
        throw IndexError(op, "targets must hold classes in 0 to ", classes_ - 1, ", got ",
                         labels[i], " as label ", i, " of sample ", n, ".");
      }
      if (labels[i] == blank_) {
        throw ValueError(op, "targets must not hold the blank, ", blank_, ", got it as label ", i,
                         " of sample ", n, "; what lies beyond target_lengths may be anything.");
      }
    }
  }

  std::int64_t steps_, classes_, blank_;
  std::int64_t padded_;  // labels a sample has room for; negative where they follow each other
  std::int64_t count_;
  const std::int64_t *targets_, *input_lengths_, *target_lengths_;
  std::vector<std::int64_t> first_;
};

// Samples n, steps t, classes c; the recursions are in kernels/ctc.h:
//   loss_n = -log Σ over alignments π of Π_t e^x_(t, n, π_t)
//   dx_tnc = -dloss_n times the posterior probability of class c at step t
template <class T>
class CtcLoss final : public Node {
 public:
  CtcLoss(const Tensor& x, const Tensor& targets, const Tensor& input_lengths,
          const Tensor& target_lengths, std::int64_t blank, Reduction reduction, bool zero_infinity,
          const Tensor& y)
      : Node({&x, &targets, &input_lengths, &target_lengths}),
        labels_(x, targets, input_lengths, target_lengths, blank),
        reduction_(reduction),
        zero_infinity_(zero_infinity),
        losses_(target_lengths->numel()),
        y_(y->data<T>()) {
    args_.steps = x->size(0);
    args_.batch = target_lengths->numel();
    args_.classes = x->shape().back();
    args_.x = x->data<T>();
    if (!needs(0)) return;
    const auto states = 2 * targets->numel() + args_.batch;
    saved_alpha_.save(empty(op, {args_.steps, states}, Dtype::float64));
    saved_x_.save(x);
    saved_targets_.save(targets);
    saved_input_lengths_.save(input_lengths);
    saved_target_lengths_.save(target_lengths);
  }
  const char* name() const noexcept override { return op; }

  void forward() override {
    labels_.check();
    labels_.put(args_);
    auto* alpha = const_cast<double*>(saved_alpha_.data<double>());
    const auto& ctc = kernels().of<T>().ctc;
    const Scratch scratch(bytes(ctc.scratch(args_)));
    ctc.forward(args_, scratch.data<double>(), alpha, losses_.data());
    double sum = 0;
    for (std::int64_t n = 0; n < args_.batch; ++n) {
      const double loss = left_out(n) ? 0 : losses_[n];
      if (reduction_ == Reduction::none) y_[n] = static_cast<T>(loss);
      sum += factor(n) * loss;
    }
    if (reduction_ != Reduction::none) *y_ = static_cast<T>(sum / divisor());
  }

  void backward(Gradients& gradients) override {
    T* dx = gradients.of_input<T>(0);
    if (!dx) return;
    labels_.check();
    const T* g = gradients.of_output<T>();
    const auto& ctc = kernels().of<T>().ctc;
    const Scratch scratch(bytes(args_.batch + ctc.scratch(args_)));
    auto* scale = scratch.data<double>();
    for (std::int64_t n = 0; n < args_.batch; ++n) {
      const double own = g[reduction_ == Reduction::none ? n : 0];
      scale[n] = left_out(n) ? 0 : own * factor(n) / divisor();
    }
    ctc.backward(args_, saved_alpha_.data<double>(), losses_.data(), scale, scale + args_.batch,
                 gradients.accumulate(0), dx);
  }

 private:
  static std::int64_t bytes(std::int64_t doubles) {
    return doubles * static_cast<std::int64_t>(sizeof(double));
  }
  bool left_out(std::int64_t n) const { return zero_infinity_ && std::isinf(losses_[n]); }
  // The mean is that of losses a label.
  double factor(std::int64_t n) const {
    if (reduction_ != Reduction::mean) return 1;
    return 1.0 / static_cast<double>(std::max<std::int64_t>(args_.target_lengths[n], 1));
  }
  double divisor() const {
    return reduction_ == Reduction::mean ? static_cast<double>(args_.batch) : 1;
  }

  CtcArgs<T> args_{};
  Labels labels_;
  Reduction reduction_;
  bool zero_infinity_;
  std::vector<double> losses_;
  T* y_;
  Saved saved_alpha_{this}, saved_x_{this}, saved_targets_{this}, saved_input_lengths_{this},
      saved_target_lengths_{this};
};

void check_integers(const char* name, const Tensor& x) {
  if (x->dtype() == Dtype::int64) return;
  throw TypeError(op, name, " must be int64, got ", x->dtype(), "; convert it with .long().");
}

void check_length_shape(const char* name, const Tensor& lengths, const Tensor& log_probs) {
  check_integers(name, lengths);
  const bool one = log_probs->rank() == 2;
  const auto samples = one ? 1 : log_probs->size(1);
  if (lengths->shape() == Shape{samples} || (one && lengths->rank() == 0)) return;
  throw ValueError(op, name, " must have shape ", Shape{samples}, " for log_probs of shape ",
                   log_probs->shape(), ", got ", lengths->shape(), ".");
}

void check_shapes(const Tensor& log_probs, const Tensor& targets, std::int64_t blank) {
  if (log_probs->rank() != 2 && log_probs->rank() != 3) {
    throw ValueError(op, "log_probs must have shape (T, N, C) or (T, C), got ", log_probs->shape(),
                     ".");
  }
  check_integers("targets", targets);
  const auto samples = log_probs->rank() == 2 ? 1 : log_probs->size(1);
  if (targets->rank() != 1 && !(targets->rank() == 2 && targets->size(0) == samples)) {
    throw ValueError(op, "targets must have shape (N, S) or (the sum of target_lengths,) with N = ",
                     samples, ", got ", targets->shape(), ".");
  }
  const auto classes = log_probs->shape().back();
  if (blank < 0 || blank >= classes) {
    throw ValueError(op, "blank must be a class, from 0 to ", classes - 1, ", got ", blank, ".");
  }
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank, Reduction reduction,
                bool zero_infinity) {
  check_shapes(log_probs, targets, blank);
  check_length_shape("input_lengths", input_lengths, log_probs);
  check_length_shape("target_lengths", target_lengths, log_probs);
  const bool each = reduction == Reduction::none && log_probs->rank() == 3;
  Tensor y = empty(op, each ? Shape{log_probs->size(1)} : Shape(), log_probs->dtype());
  return visit_floating(op, log_probs->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<CtcLoss<T>>(log_probs, targets, input_lengths, target_lengths, blank,
                                    reduction, zero_infinity, y),
               y);
  });
}

}  // namespace deepcore
