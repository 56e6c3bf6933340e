#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/norm.h"

namespace deepcore {
namespace {

// Of channel c the window is c - size / 2 ... c + (size - 1) / 2, channels outside counting zero:
//   d = k + alpha / size * Σ x² over the window      y = x d^-beta
//   dx = dy d^-beta - 2 alpha beta / size * x * Σ dy x d^(-beta - 1) over the windows c is in
template <class T>
class LocalResponseNorm final : public Node {
 public:
  LocalResponseNorm(const Tensor& x, const LocalResponseArgs<T>& args, const Tensor& y)
      : Node({&x}), args_(args), y_(y->data<T>()) {
    if (needs(0)) saved_x_.save(x);
  }
  const char* name() const noexcept override { return "local_response_norm"; }

  void forward() override { kernels().of<T>().local_response.forward(args_, y_); }

  void backward(Gradients& gradients) override {
    T* dx = gradients.of_input<T>(0);
    if (!dx) return;
    const auto& kernel = kernels().of<T>().local_response;
    auto args = args_;
    args.x = saved_x_.data<T>();
    args.threads = num_threads();
    const Scratch scratch(kernel.scratch(args));
    kernel.backward(args, gradients.of_output<T>(), gradients.accumulate(0), dx, scratch.data());
  }

 private:
  LocalResponseArgs<T> args_;
  T* y_;
  Saved saved_x_{this};
};

}  // namespace

Tensor local_response_norm(const Tensor& input, std::int64_t size, double alpha, double beta,
                           double k) {
  constexpr const char* op = "local_response_norm";
  if (input->rank() < 3) {
    throw ValueError(op, "input must have shape (N, C, L, ...), got ", input->shape(), ".");
  }
  if (size < 1) throw ValueError(op, "size must be at least 1, got ", size, ".");
  Tensor y = empty(op, input->shape(), input->dtype());
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    const LocalResponseArgs<T> args{.batch = input->size(0),
                                    .channels = input->size(1),
                                    .length = input->shape().numel(2, input->rank()),
                                    .size = size,
                                    .alpha = static_cast<T>(alpha),
                                    .beta = static_cast<T>(beta),
                                    .k = static_cast<T>(k),
                                    .x = input->data<T>()};
    return run(make_ref<LocalResponseNorm<T>>(input, args, y), y);
  });
}

}  // namespace deepcore
