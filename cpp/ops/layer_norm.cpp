// Layer norm and RMS norm: rows of the last axes.
#include <limits>

#include "kernels/kernels.h"
#include "ops/norm_node.h"

namespace deepcore {
namespace {

// Over the n last elements of each row, with m = Σ x / n and s = sqrt(Σ (x - m)² / n + eps), in RMS
// norm m = 0 and s = sqrt(Σ x² / n + eps), x̂ = (x - m) / s:
//   y = w x̂ + b      db = Σ dy      dw = Σ dy x̂, over rows
//   dx = (w dy - Σ w dy / n - x̂ Σ w dy x̂ / n) / s, in RMS norm without the second term
template <class T>
class LayerNormNode final : public Node {
 public:
  LayerNormNode(const char* name, const Tensor& x, const Tensor& w, const Tensor& b, std::int64_t n,
                bool centered, T eps, const Tensor& y)
      : Node({&x, &w, &b}),
        name_(name),
        y_(y->data<T>()),
        rows_(n == 0 ? 0 : x->numel() / n),
        statistics_(empty(name, {2, rows_}, x->dtype())),
        args_{.rows = rows_,
              .n = n,
              .x = x->data<T>(),
              .weight = w ? w->data<T>() : nullptr,
              .bias = b ? b->data<T>() : nullptr,
              .mean = centered ? statistics_->data<T>() : nullptr,
              .inverse = statistics_->data<T>() + rows_,
              .eps = eps} {
    if (needs(0) || needs(1) || needs(2)) saved_x_.save(x);
    if (w && needs(0)) saved_w_.save(w);
  }
  const char* name() const noexcept override { return name_; }

  void forward() override { kernels().of<T>().layer_norm.forward(args_, y_); }

  void backward(Gradients& gradients) override {
    const auto& kernel = kernels().of<T>().layer_norm;
    const bool affine = needs(1) || needs(2);
    const auto size = static_cast<std::int64_t>(sizeof(T));
    const Scratch sums(affine ? 2 * args_.n * size : 0);
    const Scratch scratch(affine ? kernel.scratch(rows_, args_.n) : 0);
    LayerNormGradientArgs<T> args{.forward = args_,
                                  .dy = gradients.of_output<T>(),
                                  .dx = gradients.of_input<T>(0),
                                  .accumulate = false,
                                  .sums = affine ? sums.data<T>() : nullptr};
    if (args.dx) args.accumulate = gradients.accumulate(0);
    args.forward.x = saved_x_.data<T>();
    args.forward.weight = saved_w_.data<T>();
    kernel.backward(args, scratch.data());
    if (affine) give_affine(gradients, 1, sums.data<T>(), args_.n);
  }

 private:
  const char* name_;
  T* y_;
  std::int64_t rows_;
  Tensor statistics_;
  LayerNormArgs<T> args_;
  Saved saved_x_{this}, saved_w_{this};
};

void check(const char* op, const Tensor& input, const Shape& shape, const Tensor& weight,
           const Tensor& bias) {
  const int lead = input->rank() - shape.rank();
  if (shape.rank() == 0) {
    throw ValueError(op, "normalized_shape must have at least one axis, got ().");
  }
  if (lead < 0 || !std::equal(shape.begin(), shape.end(), input->shape().begin() + lead)) {
    throw ValueError(op, "input's last axes must be normalized_shape=", shape, ", got shape ",
                     input->shape(), ".");
  }
  check_parameter(op, "weight", weight, shape, input->dtype());
  check_parameter(op, "bias", bias, shape, input->dtype());
}

Tensor normalize(const char* op, const Tensor& input, const Shape& shape, const Tensor& weight,
                 const Tensor& bias, bool centered, std::optional<double> eps) {
  check(op, input, shape, weight, bias);
  if (eps) check_eps(op, *eps);
  Tensor y = empty(op, input->shape(), input->dtype());
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    const T e = eps ? static_cast<T>(*eps) : std::numeric_limits<T>::epsilon();
    return run(make_ref<LayerNormNode<T>>(op, input, weight, bias, shape.numel(), centered, e, y),
               y);
  });
}

}  // namespace

Tensor layer_norm(const Tensor& input, const Shape& shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return normalize("layer_norm", input, shape, weight, bias, true, eps);
}

Tensor rms_norm(const Tensor& input, const Shape& shape, const Tensor& weight,
                std::optional<double> eps) {
  return normalize("rms_norm", input, shape, weight, {}, false, eps);
}

}  // namespace deepcore
