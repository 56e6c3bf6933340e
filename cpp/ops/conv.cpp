#include "ops/conv.h"

#include <string>

#include "base/storage.h"
#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/conv_check.h"

namespace deepcore {
namespace {

// Images N, channels C of x and O of y, pixels p of y, taps k of the kernel:
//   z[n, o, p] = b[o] + sum over c, k of w[o, c, k] x[n, c, p stride + k dilation - padding]
//   y = act(z)                dz = dy * act'(z)
//   dx[n, c, q] = sum over o, k of w[o, c, k] dz[n, o, p] where p stride + k dilation - padding = q
//   dw[o, c, k] = sum over n, p of dz[n, o, p] x[n, c, p stride + k dilation - padding]
//   db[o] = sum over n, p of dz[n, o, p]
// A transposed convolution goes from y to x: the formula of dx is its forward one.
template <class T>
class Conv final : public Node {
 public:
  Conv(const Tensor& x, const Tensor& w, const Tensor& b, const ConvShape& shape,
       ConvDirection direction, Activation activation, double slope, const Tensor& y)
      : Node({&x, &w, &b}),
        shape_(shape),
        direction_(direction),
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
  const char* name() const noexcept override {
    return direction_ == ConvDirection::forward ? "conv" : "conv_transpose";
  }

  void forward() override {
    ConvArgs<T> args{.shape = shape_, .direction = direction_};
    args.from = x_, args.weight = w_, args.to = y_, args.bias = b_;
    args.activation = activation_, args.slope = slope_, args.z = z_;
    convolve(args);
  }

  void backward(Gradients& gradients) override {
    const T* dz = gradients.of_output<T>();
    const bool direct = activation_ == Activation::none;
    const Scratch scratch(direct ? 0 : numel_out() * static_cast<std::int64_t>(sizeof(T)));
    if (!direct) {
      kernels().of<T>().activation.backward(scratch.data<T>(), dz, saved_activation_.data<T>(),
                                            numel_out(), activation_, slope_, false);
      dz = scratch.data<T>();
    }
    if (T* dx = gradients.of_input<T>(0)) input_gradient(dz, dx, gradients.accumulate(0));
    if (T* dw = gradients.of_input<T>(1)) weight_gradient(dz, dw, gradients.accumulate(1));
    if (T* db = gradients.of_input<T>(2)) sum_channels(dz, db, gradients.accumulate(2));
  }

 private:
  bool forwards() const noexcept { return direction_ == ConvDirection::forward; }
  std::int64_t channels_out() const noexcept {
    return forwards() ? shape_.outputs : shape_.channels;
  }
  std::int64_t pixels_out() const noexcept {
    return forwards() ? shape_.out_pixels() : shape_.in_pixels();
  }
  std::int64_t numel_out() const noexcept { return shape_.batch * channels_out() * pixels_out(); }
  void save_activation(const Tensor& y) {
    if (saves_output(activation_)) return saved_activation_.save(y);
    const Tensor z = empty(name(), y->shape(), y->dtype());
    z_ = z->data<T>();
    saved_activation_.save(z);
  }

  static void convolve(const ConvArgs<T>& args) {
    const auto& conv = kernels().of<T>().conv;
    const Scratch scratch(conv.scratch(args));
    conv.run(args, scratch.data());
  }
  void input_gradient(const T* dz, T* dx, bool accumulate) {
    ConvArgs<T> args{.shape = shape_};
    args.direction = forwards() ? ConvDirection::backward : ConvDirection::forward;
    args.from = dz, args.weight = saved_w_.data<T>(), args.to = dx;
    args.accumulate = accumulate;
    convolve(args);
  }
  void weight_gradient(const T* dz, T* dw, bool accumulate) {
    ConvWeightArgs<T> args{.shape = shape_};
    args.x = forwards() ? saved_x_.data<T>() : dz;
    args.dy = forwards() ? dz : saved_x_.data<T>();
    args.dw = dw, args.accumulate = accumulate;
    const auto& conv = kernels().of<T>().conv;
    const Scratch scratch(conv.weight_scratch(args));
    conv.weight_gradient(args, scratch.data());
  }
  // Over the pixels of each image, then over images.
  void sum_channels(const T* dz, T* db, bool accumulate) {
    const auto& reduce = kernels().of<T>().reduce;
    const View pixels{shape_.batch * channels_out(), pixels_out(), 1};
    const View images{1, shape_.batch, channels_out()};
    const Scratch sums(pixels.outer * static_cast<std::int64_t>(sizeof(T)));
    const Scratch scratch(std::max(reduce.scratch(pixels), reduce.scratch(images)));
    reduce.sum(pixels, dz, T{1}, false, sums.data<T>(), scratch.data());
    reduce.sum(images, sums.data<T>(), T{1}, accumulate, db, scratch.data());
  }

  ConvShape shape_;
  ConvDirection direction_;
  Activation activation_;
  T slope_;
  const T *x_, *w_, *b_;
  T *y_, *z_ = nullptr;
  Saved saved_x_{this}, saved_w_{this}, saved_activation_{this};
};

Tensor run_conv(const Tensor& input, const Tensor& weight, const Tensor& bias,
                const ConvCheck& check, const ConvShape& shape, ConvDirection direction,
                Activation activation, double slope) {
  Tensor y = empty(check.op, check.output(shape, direction), input->dtype());
  return visit_floating(check.op, input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Conv<T>>(input, weight, bias, shape, direction, activation, slope, y), y);
  });
}

}  // namespace

Tensor conv(const Tensor& input, const Tensor& weight, const Tensor& bias,
            const ConvOptions& options, Activation activation, double slope) {
  const ConvCheck check(input, weight, bias, options, false);
  return run_conv(input, weight, bias, check, check.conv(), ConvDirection::forward, activation,
                  slope);
}

Tensor conv_transpose(const Tensor& input, const Tensor& weight, const Tensor& bias,
                      const ConvOptions& options, const std::vector<std::int64_t>& output_padding) {
  const ConvCheck check(input, weight, bias, options, true);
  return run_conv(input, weight, bias, check, check.transposed(output_padding),
                  ConvDirection::backward, Activation::none, 0);
}

}  // namespace deepcore
