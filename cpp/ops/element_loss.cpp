#include "ops/element_loss.h"

#include "base/storage.h"
#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/copy.h"

namespace deepcore {
namespace {

// Terms l(x, y): their mean, their sum, or each.      dx = dl l'(x, y), over the count for a mean
template <class T>
class ElementLossNode final : public Node {
 public:
  ElementLossNode(const char* name, ElementLossKind kind, const Tensor& x, const Tensor& y,
                  const Tensor& weight, const Tensor& pos_weight, Reduction reduction,
                  const Tensor& loss)
      : Node({&x, &y, &weight, &pos_weight}),
        name_(name),
        reduction_(reduction),
        loss_(loss->data<T>()) {
    args_.kind = kind;
    args_.samples = x->rank() == 0 ? 1 : x->size(0);
    args_.length = x->rank() == 0 ? 1 : x->shape().numel(1, x->rank());
    args_.x = x->data<T>();
    args_.y = y->data<T>();
    if (weight) args_.weight = weight->data<T>();
    if (pos_weight) args_.pos_weight = pos_weight->data<T>();
    if (!needs(0) && !needs(1)) return;
    saved_x_.save(x);
    saved_y_.save(y);
    if (weight) saved_weight_.save(weight);
    if (pos_weight) saved_pos_weight_.save(pos_weight);
  }
  const char* name() const noexcept override { return name_; }

  void forward() override {
    const auto& kernel = kernels().of<T>().element_loss;
    if (reduction_ == Reduction::none) return kernel.elements(args_, loss_);
    const Scratch scratch(args_.samples * size_of(dtype_of<T>()));
    T* terms = scratch.template data<T>();
    kernel.terms(args_, terms);
    *loss_ = static_cast<T>(add_up(terms, args_.samples) / divisor());
  }

  void backward(Gradients& gradients) override {
    const T* g = gradients.of_output<T>();
    const bool each = reduction_ == Reduction::none;
    const T scale = each ? T{0} : static_cast<T>(*g / divisor());
    if (!each) g = &scale;
    const auto& kernel = kernels().of<T>().element_loss;
    if (T* dx = gradients.of_input<T>(0)) {
      kernel.backward(args_, g, each, gradients.accumulate(0), dx);
    }
    if (T* dy = gradients.of_input<T>(1)) {  // of the losses that are alike in x and y
      auto swapped = args_;
      std::swap(swapped.x, swapped.y);
      kernel.backward(swapped, g, each, gradients.accumulate(1), dy);
    }
  }

 private:
  double divisor() const noexcept {
    return reduction_ == Reduction::mean ? static_cast<double>(args_.samples * args_.length) : 1.0;
  }

  const char* name_;
  Reduction reduction_;
  T* loss_;
  ElementLossArgs<T> args_{};
  Saved saved_x_{this}, saved_y_{this}, saved_weight_{this}, saved_pos_weight_{this};
};

void check(const char* op, const Tensor& input, const Tensor& target) {
  if (!(input->shape() == target->shape())) {
    throw ValueError(op, "input and target must have one shape, got ", input->shape(), " and ",
                     target->shape(), "; reshape one of them.");
  }
  if (input->dtype() != target->dtype()) {
    throw TypeError(op, "input and target must have one dtype, got ", input->dtype(), " and ",
                    target->dtype(), "; convert the target with .to(input.dtype).");
  }
}

void check_constant(const char* op, const char* argument, const Tensor& x) {
  if (x && x->requires_grad() && grad_enabled()) {
    throw ValueError(op, argument, " has no gradient here, but requires one; detach() it.");
  }
}

// The weights with the input's shape.
Tensor weights_for(const char* op, const char* argument, const Tensor& weight,
                   const Tensor& input) {
  if (!weight) return weight;
  check_constant(op, argument, weight);
  if (weight->dtype() != input->dtype()) {
    throw TypeError(op, argument, " must have the input's dtype ", input->dtype(), ", got ",
                    weight->dtype(), ".");
  }
  if (!(broadcast_shapes(op, weight->shape(), input->shape()) == input->shape())) {
    throw ValueError(op, argument, " must broadcast to the input's shape ", input->shape(),
                     ", got ", weight->shape(), ".");
  }
  return weight->shape() == input->shape() ? weight : expand(weight, input->shape());
}

Tensor apply(const char* op, ElementLossKind kind, const Tensor& input, const Tensor& target,
             const Tensor& weight, const Tensor& pos_weight, Reduction reduction) {
  const Shape shape = reduction == Reduction::none ? input->shape() : Shape();
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    Tensor loss = empty(op, shape, input->dtype());
    return run(
        make_ref<ElementLossNode<T>>(op, kind, input, target, weight, pos_weight, reduction, loss),
        loss);
  });
}

void check_probabilities(const char* op, const Tensor& input) {
  visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    const T* x = input->data<T>();
    for (std::int64_t i = 0; i < input->numel(); ++i) {
      if (x[i] < 0 || x[i] > 1) {
        throw ValueError(op, "input must hold probabilities in 0 to 1, got ", x[i],
                         "; binary_cross_entropy_with_logits takes any number.");
      }
    }
  });
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  check("mse_loss", input, target);
  return apply("mse_loss", ElementLossKind::squared, input, target, {}, {}, reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  check("l1_loss", input, target);
  return apply("l1_loss", ElementLossKind::absolute, input, target, {}, {}, reduction);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            Reduction reduction) {
  const char* op = "binary_cross_entropy";
  check(op, input, target);
  check_constant(op, "target", target);
  check_probabilities(op, input);
  return apply(op, ElementLossKind::binary, input, target, weights_for(op, "weight", weight, input),
               {}, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const Tensor& weight, Reduction reduction,
                                        const Tensor& pos_weight) {
  const char* op = "binary_cross_entropy_with_logits";
  check(op, input, target);
  check_constant(op, "target", target);
  return apply(op, ElementLossKind::binary_logits, input, target,
               weights_for(op, "weight", weight, input),
               weights_for(op, "pos_weight", pos_weight, input), reduction);
}

}  // namespace deepcore
