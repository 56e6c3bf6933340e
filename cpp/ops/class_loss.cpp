#include "ops/class_loss.h"

#include "base/storage.h"
#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/axes.h"

namespace deepcore {
namespace {

// What the losses over classes have in common: labels, weights, and how terms become the value.
template <class T>
class ClassLossNode : public Node {
 public:
  ClassLossNode(const char* name, const Tensor& x, const Tensor& target, const Tensor& weight,
                std::int64_t ignore_index, Reduction reduction, double smoothing, const Tensor& y)
      : Node({&x, &target, &weight}),
        name_(name),
        reduction_(reduction),
        target_shape_(target->shape()),
        y_(y->data<T>()) {
    const auto& shape = x->shape();
    const int axis = shape.rank() == 1 ? 0 : 1;
    args_.view = {shape.numel(0, axis), shape[axis], shape.numel(axis + 1, shape.rank())};
    args_.x = x->data<T>();
    args_.ignore_index = ignore_index;
    args_.smoothing = static_cast<T>(smoothing);
    if (is_floating(target->dtype())) {
      args_.target = target->data<T>();
    } else {
      args_.label = target->data<std::int64_t>();
    }
    if (weight) args_.weight = weight->data<T>();
    if (!needs(0) && !needs(1)) return;
    saved_target_.save(target);
    if (weight) saved_weight_.save(weight);
  }
  const char* name() const noexcept override { return name_; }

 protected:
  std::int64_t terms() const noexcept { return args_.view.outer * args_.view.inner; }

  // Runs `fill(terms)` and reduces them to the value.
  template <class F>
  void reduce(const F& fill) {
    if (args_.label) check_labels();
    if (reduction_ == Reduction::none) return fill(y_);
    const Scratch scratch(terms() * size_of(dtype_of<T>()));
    fill(scratch.template data<T>());
    divisor_ = reduction_ == Reduction::sum ? 1 : count();
    *y_ = static_cast<T>(add_up(scratch.template data<T>(), terms()) / divisor_);
  }

  // The gradient of each term, from that of the value. Labels are looked at again: memory that was
  // shared with NumPy may hold others by now.
  const T* scales(const T* g, T* buffer) const {
    if (args_.label) check_labels();
    if (reduction_ == Reduction::none) return g;
    std::fill_n(buffer, terms(), static_cast<T>(*g / divisor_));
    return buffer;
  }

  ClassLossArgs<T> args_;
  Saved saved_target_{this}, saved_weight_{this};

 private:
  void check_labels() const {
    const auto classes = args_.view.n;
    for (std::int64_t r = 0; r < terms(); ++r) {
      const auto label = args_.label[r];
      if ((label >= 0 && label < classes) || label == args_.ignore_index) continue;
      throw IndexError(name_, "target must hold class indices in 0 to ", classes - 1, ", got ",
                       label, " at position ", index_of(target_shape_, r),
                       "; the input's axis of classes has ", classes, " elements.");
    }
  }

  // What a mean divides by: the weights of the labels that count, or the number of samples.
  double count() const noexcept {
    if (!args_.label) return static_cast<double>(terms());
    double sum = 0;
    for (std::int64_t r = 0; r < terms(); ++r) {
      const auto label = args_.label[r];
      if (label != args_.ignore_index) sum += args_.weight ? args_.weight[label] : T{1};
    }
    return sum;
  }

  const char* name_;
  Reduction reduction_;
  Shape target_shape_;
  T* y_;
  double divisor_ = 1;
};

template <class T>
class CrossEntropy final : public ClassLossNode<T> {
 public:
  CrossEntropy(const Tensor& x, const Tensor& target, const Tensor& weight,
               std::int64_t ignore_index, Reduction reduction, double smoothing, const Tensor& y)
      : ClassLossNode<T>("cross_entropy", x, target, weight, ignore_index, reduction, smoothing,
                         y) {
    if (this->needs(0)) saved_p_.save(empty("cross_entropy", x->shape(), x->dtype()));
    if (this->needs(1)) saved_x_.save(x);
  }

  void forward() override {
    this->reduce([this](T* terms) {
      auto* p = const_cast<T*>(saved_p_.template data<T>());
      kernels().of<T>().class_loss.forward(this->args_, p, terms);
    });
  }

  void backward(Gradients& gradients) override {
    const auto n = this->terms();
    const Scratch scratch(2 * n * size_of(dtype_of<T>()));
    auto* buffer = scratch.template data<T>();
    const T* scale = this->scales(gradients.of_output<T>(), buffer);
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().class_loss.backward(this->args_, saved_p_.template data<T>(), scale,
                                            buffer + n, gradients.accumulate(0), dx);
    }
    if (T* dtarget = gradients.of_input<T>(1)) {
      kernels().of<T>().class_loss.target_backward(this->args_, scale, gradients.accumulate(1),
                                                   dtarget);
    }
  }

 private:
  Saved saved_p_{this}, saved_x_{this};
};

template <class T>
class Nll final : public ClassLossNode<T> {
 public:
  Nll(const Tensor& x, const Tensor& target, const Tensor& weight, std::int64_t ignore_index,
      Reduction reduction, const Tensor& y)
      : ClassLossNode<T>("nll_loss", x, target, weight, ignore_index, reduction, 0, y) {}

  void forward() override {
    this->reduce(
        [this](T* terms) { kernels().of<T>().class_loss.nll_forward(this->args_, terms); });
  }

  void backward(Gradients& gradients) override {
    const Scratch scratch(this->terms() * size_of(dtype_of<T>()));
    const T* scale = this->scales(gradients.of_output<T>(), scratch.template data<T>());
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().class_loss.nll_backward(this->args_, scale, gradients.accumulate(0), dx);
    }
  }
};

// The shape of the terms: the input's without its axis of classes.
Shape term_shape(const char* op, const Tensor& input) {
  if (input->rank() == 0) {
    throw ValueError(op, "input must have shape (N, C, ...) or (C,), got ().");
  }
  Shape shape = input->shape();
  shape.erase(shape.rank() == 1 ? 0 : 1);
  return shape;
}

void check_weight(const char* op, const Tensor& input, const Tensor& weight) {
  if (!weight) return;
  const auto classes = input->size(input->rank() == 1 ? 0 : 1);
  if (!(weight->shape() == Shape{classes})) {
    throw ValueError(op, "weight must have one element for each class, shape ", Shape{classes},
                     ", got ", weight->shape(), ".");
  }
  if (weight->dtype() != input->dtype()) {
    throw TypeError(op, "weight must have the input's dtype ", input->dtype(), ", got ",
                    weight->dtype(), ".");
  }
  if (weight->requires_grad() && grad_enabled()) {
    throw ValueError(op, "weight has no gradient here, but requires one; detach() it.");
  }
}

// Sequences of scores often have their classes on the last axis, as linear layers give them.
const char* axis_hint(const Tensor& input, const Tensor& target) {
  Shape last = input->shape();
  last.erase(last.rank() - 1);
  if (last.rank() < 2 || !(target->shape() == last)) return ".";
  return last.rank() == 2 ? "; classes are axis 1: pass input.transpose(1, 2)."
                          : "; classes are axis 1: permute input's last axis there.";
}

void check_labels(const char* op, const Tensor& input, const Tensor& target, const Shape& shape) {
  if (target->dtype() != Dtype::int64) {
    throw TypeError(op, "target must hold class indices of dtype int64, got ", target->dtype(),
                    " of shape ", target->shape(), "; convert them with .long().");
  }
  if (!(target->shape() == shape)) {
    throw ValueError(op, "target must have shape ", shape, " for an input of shape ",
                     input->shape(), ", got ", target->shape(), axis_hint(input, target));
  }
}

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                     std::int64_t ignore_index, Reduction reduction, double label_smoothing) {
  const char* op = "cross_entropy";
  const Shape terms = term_shape(op, input);
  check_weight(op, input, weight);
  if (!(label_smoothing >= 0 && label_smoothing <= 1)) {
    throw ValueError(op, "label_smoothing must be in 0 to 1, got ", label_smoothing, ".");
  }
  const bool probabilities = target->shape() == input->shape() && is_floating(target->dtype());
  if (!probabilities) {
    check_labels(op, input, target, terms);
  } else if (target->dtype() != input->dtype()) {
    throw TypeError(op, "probabilities must have the input's dtype ", input->dtype(), ", got ",
                    target->dtype(), ".");
  }
  Tensor y = empty(op, reduction == Reduction::none ? terms : Shape(), input->dtype());
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<CrossEntropy<T>>(input, target, weight, ignore_index, reduction,
                                         label_smoothing, y),
               y);
  });
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                std::int64_t ignore_index, Reduction reduction) {
  const char* op = "nll_loss";
  const Shape terms = term_shape(op, input);
  check_weight(op, input, weight);
  check_labels(op, input, target, terms);
  Tensor y = empty(op, reduction == Reduction::none ? terms : Shape(), input->dtype());
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Nll<T>>(input, target, weight, ignore_index, reduction, y), y);
  });
}

}  // namespace deepcore
