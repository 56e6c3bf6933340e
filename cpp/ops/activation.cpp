#include "ops/activation.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/elementwise.h"

namespace deepcore {
namespace {

template <class T>
class ActivationNode final : public Node {
 public:
  ActivationNode(const Tensor& x, Activation activation, T slope, const Tensor& y)
      : Node({&x}),
        activation_(activation),
        slope_(slope),
        n_(x->numel()),
        x_(x->data<T>()),
        y_(y->data<T>()) {
    // The sign of the output tells that of the input only where the slope is not negative.
    if (needs(0)) saved_.save(saves_output(activation) && slope >= 0 ? y : x);
  }
  const char* name() const noexcept override { return name_of(activation_); }

  void forward() override { kernels().of<T>().activation.forward(y_, x_, n_, activation_, slope_); }
  void backward(Gradients& gradients) override {
    kernels().of<T>().activation.backward(gradients.of_input<T>(0), gradients.of_output<T>(),
                                          saved_.data<T>(), n_, activation_, slope_,
                                          gradients.accumulate(0));
  }

 private:
  Activation activation_;
  T slope_;
  std::int64_t n_;
  const T* x_;
  T* y_;
  Saved saved_{this};
};

}  // namespace

const char* name_of(Activation activation) {
  constexpr const char* names[] = {"none", "relu", "leaky_relu", "sigmoid",
                                   "tanh", "gelu", "gelu",       "silu"};
  return names[static_cast<int>(activation)];
}

Tensor activate(const Tensor& given, Activation activation, double slope) {
  const Tensor x = is_floating(given->dtype()) ? given : cast(given, Dtype::float32);
  const Tensor y = empty(name_of(activation), x->shape(), x->dtype());
  return visit_floating(name_of(activation), x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<ActivationNode<T>>(x, activation, static_cast<T>(slope), y), y);
  });
}

}  // namespace deepcore
