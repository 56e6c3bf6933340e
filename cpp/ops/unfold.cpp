#include "ops/unfold.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// y = the windows of x      dx = dy folded
template <class T>
class UnfoldNode final : public Node {
 public:
  UnfoldNode(const Tensor& x, const UnfoldArgs& args, const Tensor& y)
      : Node({&x}), args_(args), x_(x->data<T>()), y_(y->data<T>()) {}
  const char* name() const noexcept override { return "unfold"; }

  void forward() override { kernels().of<T>().unfold.unfold(args_, x_, y_, false); }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().unfold.fold(args_, gradients.of_output<T>(), dx, gradients.accumulate(0));
    }
  }

 private:
  UnfoldArgs args_;
  const T* x_;
  T* y_;
};

// y = the windows x added where they lie      dx = dy unfolded
template <class T>
class FoldNode final : public Node {
 public:
  FoldNode(const Tensor& x, const UnfoldArgs& args, const Tensor& y)
      : Node({&x}), args_(args), x_(x->data<T>()), y_(y->data<T>()) {}
  const char* name() const noexcept override { return "fold"; }

  void forward() override { kernels().of<T>().unfold.fold(args_, x_, y_, false); }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().unfold.unfold(args_, gradients.of_output<T>(), dx, gradients.accumulate(0));
    }
  }

 private:
  UnfoldArgs args_;
  const T* x_;
  T* y_;
};

void check_pair(const char* op, const char* name, const Shape& pair, std::int64_t least) {
  constexpr auto most = std::int64_t{1} << 31;  // products of two do not overflow
  const auto fits = [&](std::int64_t n) { return n >= least && n <= most; };
  if (pair.rank() == 2 && fits(pair[0]) && fits(pair[1])) return;
  throw ValueError(op, name, " must be a number or two, of at least ", least, ", got ", pair, ".");
}

WindowAxis to_axis(const Windows& w, int k, std::int64_t size) {
  WindowAxis axis{size, 0, w.kernel_size[k], w.dilation[k], w.padding[k], w.stride[k]};
  const auto room = size + 2 * axis.padding - axis.dilation * (axis.kernel - 1) - 1;
  if (room >= 0) axis.windows = room / axis.stride + 1;
  return axis;
}

// The windows of planes of a size; there must be some.
UnfoldArgs to_args(const char* op, const Windows& windows, std::int64_t height,
                   std::int64_t width) {
  check_pair(op, "kernel_size", windows.kernel_size, 1);
  check_pair(op, "dilation", windows.dilation, 1);
  check_pair(op, "padding", windows.padding, 0);
  check_pair(op, "stride", windows.stride, 1);
  UnfoldArgs args{0, to_axis(windows, 0, height), to_axis(windows, 1, width)};
  if (args.rows.windows < 1 || args.columns.windows < 1) {
    throw ValueError(op, "a window must fit into the padded image, got kernel_size ",
                     windows.kernel_size, ", dilation ", windows.dilation, " and padding ",
                     windows.padding, " for ", Shape{height, width}, ".");
  }
  checked_numel(op,
                {args.rows.kernel, args.columns.kernel, args.rows.windows, args.columns.windows});
  return args;
}

}  // namespace

Tensor unfold(const Tensor& x, const Windows& windows) {
  const int rank = x->rank();
  if (rank != 3 && rank != 4) {
    throw ValueError("unfold", "input must have shape (N, C, H, W) or (C, H, W), got ", x->shape(),
                     ".");
  }
  UnfoldArgs args = to_args("unfold", windows, x->size(rank - 2), x->size(rank - 1));
  args.planes = x->shape().numel(0, rank - 2);
  Shape shape;
  if (rank == 4) shape.push_back(x->size(0));
  shape.push_back(
      checked_numel("unfold", {x->size(rank - 3), args.rows.kernel, args.columns.kernel}));
  shape.push_back(args.rows.windows * args.columns.windows);
  Tensor y = empty("unfold", shape, x->dtype());
  return visit_floating("unfold", x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<UnfoldNode<T>>(x, args, y), y);
  });
}

Tensor fold(const Tensor& x, const Shape& output_size, const Windows& windows) {
  const int rank = x->rank();
  if (rank != 2 && rank != 3) {
    throw ValueError("fold", "input must have shape (N, C*kh*kw, L) or (C*kh*kw, L), got ",
                     x->shape(), ".");
  }
  check_pair("fold", "output_size", output_size, 1);
  UnfoldArgs args = to_args("fold", windows, output_size[0], output_size[1]);
  const auto taps = args.rows.kernel * args.columns.kernel;
  const auto length = args.rows.windows * args.columns.windows;
  if (x->size(rank - 2) % taps != 0) {
    throw ValueError("fold", "input's channels must be a multiple of kh*kw=", taps, ", got shape ",
                     x->shape(), ".");
  }
  if (x->size(rank - 1) != length) {
    throw ValueError("fold", "input must have one column for each of the ", length,
                     " windows in output_size ", output_size, ", got shape ", x->shape(), ".");
  }
  args.planes = x->shape().numel(0, rank - 1) / taps;
  Shape shape;
  if (rank == 3) shape.push_back(x->size(0));
  for (const auto size : {x->size(rank - 2) / taps, output_size[0], output_size[1]}) {
    shape.push_back(size);
  }
  Tensor y = empty("fold", shape, x->dtype());
  return visit_floating("fold", x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<FoldNode<T>>(x, args, y), y);
  });
}

}  // namespace deepcore
