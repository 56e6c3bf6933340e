#include "ops/conv_norm.h"

#include <algorithm>

#include "base/storage.h"
#include "kernels/kernels.h"
#include "ops/conv_check.h"
#include "ops/norm_node.h"

namespace deepcore {
namespace {

// z as in conv.cpp, then with the channel's mean m and variance v
//   y = w' (z - m) / sqrt(v + eps) + b', or its positive part
template <class T>
class ConvNorm final : public Node {
 public:
  ConvNorm(const Tensor& x, const Tensor& w, const Tensor& b, const ConvShape& shape,
           const EvalNorm& norm, const Tensor& y)
      : Node({&x, &w, &b, &norm.weight, &norm.bias}, Differentiable::no),
        mean_(norm.mean),
        variance_(norm.variance),
        norm_{.shape = {shape.batch, shape.outputs, shape.out_pixels()},
              .x = y->data<T>(),
              .weight = data(norm.weight),
              .bias = data(norm.bias),
              .mean = data(norm.mean),
              .variance = data(norm.variance),
              .eps = static_cast<T>(norm.eps),
              .relu = norm.relu},
        args_{.shape = shape,
              .from = x->data<T>(),
              .weight = w->data<T>(),
              .to = y->data<T>(),
              .bias = data(b),
              .norm = &norm_} {}
  const char* name() const noexcept override { return "conv_norm"; }

  void forward() override {
    const auto& conv = kernels().of<T>().conv;
    const Scratch scratch(conv.scratch(args_));
    conv.run(args_, scratch.data());
  }

 private:
  static T* data(const Tensor& x) noexcept { return x ? x->data<T>() : nullptr; }

  Tensor mean_, variance_;  // no inputs, which a tape would keep
  NormArgs<T> norm_;
  ConvArgs<T> args_;
};

bool records(std::initializer_list<const Tensor*> inputs) noexcept {
  const auto is_recorded = [](const Tensor* x) { return *x && (*x)->requires_grad(); };
  return grad_enabled() && std::any_of(inputs.begin(), inputs.end(), is_recorded);
}

void check_norm(const EvalNorm& norm, const Shape& channels, Dtype dtype) {
  if (!norm.mean || !norm.variance) {
    throw ValueError("batch_norm", "running_mean and running_var must be given, got None.");
  }
  check_parameter("batch_norm", "weight", norm.weight, channels, dtype);
  check_parameter("batch_norm", "bias", norm.bias, channels, dtype);
  check_parameter("batch_norm", "running_mean", norm.mean, channels, dtype);
  check_parameter("batch_norm", "running_var", norm.variance, channels, dtype);
  check_eps("batch_norm", norm.eps);
}

}  // namespace

Tensor conv_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                 const ConvOptions& options, const EvalNorm& norm) {
  const auto& [w, b, mean, variance, eps, relu] = norm;
  if (input->rank() == options.axes + 1 || records({&input, &weight, &bias, &w, &b})) {
    const RunningStatistics running{mean, variance, {}, {}};
    return batch_norm(conv(input, weight, bias, options), w, b, running, false, eps, relu);
  }
  const ConvCheck check(input, weight, bias, options, false);
  const auto shape = check.conv();
  const Shape sizes = check.output(shape, ConvDirection::forward);
  check_norm(norm, {shape.outputs}, input->dtype());
  const Tensor y = empty(check.op, sizes, input->dtype());
  return visit_floating(check.op, input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<ConvNorm<T>>(input, weight, bias, shape, norm, y), y);
  });
}

}  // namespace deepcore
