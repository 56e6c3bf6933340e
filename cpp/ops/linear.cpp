#include "ops/linear.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// A product with scratch of its own.
template <class T>
void multiply(const MatmulArgs<T>& args) {
  const auto& matmul = kernels().of<T>().matmul;
  const Scratch scratch(matmul.scratch(args));
  matmul.run(args, scratch.data());
}

// Rows M of the batch, I input features, O outputs:
//   z = x Wᵀ + b      y = act(z)
//   dz = dy act'(z)   dx = dz W   dW = dzᵀ x   db = Σ over rows of dz
template <class T>
class Linear final : public Node {
 public:
  Linear(const Tensor& x, const Tensor& w, const Tensor& b, const Tensor& y)
      : Node({&x, &w, &b}),
        in_(w->size(1)),
        out_(w->size(0)),
        rows_(out_ ? y->numel() / out_ : 0),
        x_(x->data<T>()),
        w_(w->data<T>()),
        b_(b ? b->data<T>() : nullptr),
        y_(y->data<T>()) {
    if (needs(0)) saved_w_.save(w);
    if (needs(1)) saved_x_.save(x);
  }
  const char* name() const noexcept override { return "linear"; }

  void forward() override {
    multiply<T>({.m = rows_,
                 .n = out_,
                 .k = in_,
                 .a = x_,
                 .a_row = in_,
                 .a_col = 1,
                 .b = w_,
                 .b_row = 1,
                 .b_col = in_,
                 .c = y_,
                 .bias = b_});
  }

  void backward(Gradients& gradients) override {
    const T* dz = gradients.of_output<T>();
    if (T* dx = gradients.of_input<T>(0)) {
      multiply<T>({.m = rows_,
                   .n = in_,
                   .k = out_,
                   .a = dz,
                   .a_row = out_,
                   .a_col = 1,
                   .b = saved_w_.data<T>(),
                   .b_row = in_,
                   .b_col = 1,
                   .c = dx,
                   .accumulate = gradients.accumulate(0)});
    }
    if (T* dw = gradients.of_input<T>(1)) {
      multiply<T>({.m = out_,
                   .n = in_,
                   .k = rows_,
                   .a = dz,
                   .a_row = 1,
                   .a_col = out_,
                   .b = saved_x_.data<T>(),
                   .b_row = in_,
                   .b_col = 1,
                   .c = dw,
                   .accumulate = gradients.accumulate(1)});
    }
    if (T* db = gradients.of_input<T>(2)) {
      if (!gradients.accumulate(2)) std::fill_n(db, out_, T{0});
      for (std::int64_t i = 0; i < rows_; ++i) {
        for (std::int64_t j = 0; j < out_; ++j) db[j] += dz[i * out_ + j];
      }
    }
  }

 private:
  std::int64_t in_, out_, rows_;
  const T *x_, *w_, *b_;
  T* y_;
  Saved saved_x_{this}, saved_w_{this};
};

void check(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (weight->rank() != 2) {
    throw ValueError("linear", "weight must have shape (out_features, in_features), got ",
                     weight->shape(), ".");
  }
  const auto in = weight->size(1), out = weight->size(0);
  if (input->rank() == 0 || input->shape().back() != in) {
    throw ValueError("linear", "input's last axis must be in_features=", in, ", got shape ",
                     input->shape(),
                     input->rank() > 2 ? "; flatten gives channels*height*width features." : ".");
  }
  if (bias && !(bias->shape() == Shape{out})) {
    throw ValueError("linear", "bias must have shape (out_features,)=", Shape{out}, ", got ",
                     bias->shape(), ".");
  }
  if (input->dtype() != weight->dtype() || (bias && bias->dtype() != weight->dtype())) {
    throw TypeError("linear", "input and weight must have one dtype, got ", input->dtype(), " and ",
                    weight->dtype(), "; convert the input with .to(weight.dtype).");
  }
}

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation, double) {
  check(input, weight, bias);
  Shape shape = input->shape();
  shape[shape.rank() - 1] = weight->size(0);
  Tensor y = empty("linear", shape, input->dtype());
  return visit_floating("linear", input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Linear<T>>(input, weight, bias, y), y);
  });
}

}  // namespace deepcore
