#include "ops/linear.h"

#include "graph/gradients.h"
#include "ops/multiply.h"

namespace deepcore {
namespace {

// Rows M of the batch, I input features, O outputs:
//   z = x Wᵀ + b          y = act(z)
//   dz = dy * act'(z)     dx = dz W     dW = dzᵀ x     db = the sum of dz over rows
template <class T>
class Linear final : public Node {
 public:
  Linear(const Tensor& x, const Tensor& w, const Tensor& b, Activation activation, double slope,
         const Tensor& y)
      : Node({&x, &w, &b}),
        in_(w->size(1)),
        out_(w->size(0)),
        rows_(y->shape().numel(0, y->rank() - 1)),
        activation_(activation),
        slope_(static_cast<T>(slope)),
        x_(x->data<T>()),
        w_(w->data<T>()),
        b_(b ? b->data<T>() : nullptr),
        y_(y->data<T>()) {
    if (needs(0)) saved_w_.save(w);
    if (needs(1)) saved_x_.save(x);
    if (activation != Activation::none && (needs(0) || needs(1) || needs(2))) save_activation(y);
  }
  const char* name() const noexcept override { return "linear"; }

  void forward() override {
    auto args = product(rows_, out_, in_, x_, Stored::plain, w_, Stored::transposed, y_);
    args.bias = b_;
    args.activation = activation_;
    args.slope = slope_;
    args.z = z_;
    multiply(args);
  }

  void backward(Gradients& gradients) override {
    const T* dz = gradients.of_output<T>();
    const bool direct = activation_ == Activation::none;
    const Scratch scratch(direct ? 0 : rows_ * out_ * static_cast<std::int64_t>(sizeof(T)));
    if (!direct) {
      kernels().of<T>().activation.backward(scratch.data<T>(), dz, saved_activation_.data<T>(),
                                            rows_ * out_, activation_, slope_, false);
      dz = scratch.data<T>();
    }
    if (T* dx = gradients.of_input<T>(0)) {
      multiply(product(rows_, in_, out_, dz, Stored::plain, saved_w_.data<T>(), Stored::plain, dx,
                       gradients.accumulate(0)));
    }
    if (T* dw = gradients.of_input<T>(1)) {
      multiply(product(out_, in_, rows_, dz, Stored::transposed, saved_x_.data<T>(), Stored::plain,
                       dw, gradients.accumulate(1)));
    }
    if (T* db = gradients.of_input<T>(2)) sum_rows(dz, db, gradients.accumulate(2));
  }

 private:
  // The output serves for the gradient of most activations; the others need z.
  void save_activation(const Tensor& y) {
    if (saves_output(activation_)) return saved_activation_.save(y);
    const Tensor z = empty("linear", y->shape(), y->dtype());
    z_ = z->data<T>();
    saved_activation_.save(z);
  }
  void sum_rows(const T* dz, T* db, bool accumulate) {
    const auto& reduce = kernels().of<T>().reduce;
    const View rows{1, rows_, out_};
    const Scratch scratch(reduce.scratch(rows));
    reduce.sum(rows, dz, T{1}, accumulate, db, scratch.data());
  }

  std::int64_t in_, out_, rows_;
  Activation activation_;
  T slope_;
  const T *x_, *w_, *b_;
  T *y_, *z_ = nullptr;
  Saved saved_x_{this}, saved_w_{this}, saved_activation_{this};
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
                     input->rank() > 1 ? "; flatten gives channels*height*width features." : ".");
  }
  if (bias && !(bias->shape() == Shape{out})) {
    throw ValueError("linear", "bias must have shape (out_features,)=", Shape{out}, ", got ",
                     bias->shape(), ".");
  }
  if (bias && bias->dtype() != weight->dtype()) {
    throw TypeError("linear", "bias must have weight's dtype ", weight->dtype(), ", got ",
                    bias->dtype(), ".");
  }
  if (input->dtype() != weight->dtype()) {
    throw TypeError("linear", "input and weight must have one dtype, got ", input->dtype(), " and ",
                    weight->dtype(), "; convert the input with .to(weight.dtype).");
  }
}

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
              double slope) {
  check(input, weight, bias);
  Shape shape = input->shape();
  shape[shape.rank() - 1] = weight->size(0);
  Tensor y = empty("linear", shape, input->dtype());
  return visit_floating("linear", input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Linear<T>>(input, weight, bias, activation, slope, y), y);
  });
}

}  // namespace deepcore
