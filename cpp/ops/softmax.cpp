#include "ops/softmax.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/axes.h"

namespace deepcore {
namespace {

// y = e^x / Σ e^x           dx = y (dy - Σ y dy)
// y = x - log Σ e^x         dx = dy - e^y Σ dy
template <class T, bool logarithm>
class SoftmaxNode final : public Node {
 public:
  SoftmaxNode(const Tensor& x, const View& view, const Tensor& y)
      : Node({&x}), view_(view), x_(x->data<T>()), y_(y->data<T>()) {
    if (needs(0)) saved_y_.save(y);
  }
  const char* name() const noexcept override { return logarithm ? "log_softmax" : "softmax"; }

  void forward() override {
    const auto& softmax = kernels().of<T>().softmax;
    (logarithm ? softmax.log_forward : softmax.forward)(view_, x_, y_);
  }
  void backward(Gradients& gradients) override {
    const auto& softmax = kernels().of<T>().softmax;
    if (T* dx = gradients.of_input<T>(0)) {
      (logarithm ? softmax.log_backward : softmax.backward)(view_, saved_y_.template data<T>(),
                                                            gradients.of_output<T>(),
                                                            gradients.accumulate(0), dx);
    }
  }

 private:
  View view_;
  const T* x_;
  T* y_;
  Saved saved_y_{this};
};

template <bool logarithm>
Tensor apply(const char* op, const Tensor& x, std::int64_t dim) {
  const AxisRange axes = axis_ranges(op, std::vector{dim}, x->rank())[0];
  return visit_floating(op, x->dtype(), [&]<class T>(TypeTag<T>) {
    Tensor y = empty(op, x->shape(), x->dtype());
    return run(make_ref<SoftmaxNode<T, logarithm>>(x, view_of(x->shape(), axes), y), y);
  });
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim) {
  return apply<false>("softmax", x, dim);
}

Tensor log_softmax(const Tensor& x, std::int64_t dim) {
  return apply<true>("log_softmax", x, dim);
}

}  // namespace deepcore
