#include "ops/reduce.h"

#include "base/storage.h"
#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/copy.h"

namespace deepcore {
namespace {

// y = Σ x / divisor      dx = dy / divisor
template <class T>
class Sum final : public Node {
 public:
  Sum(const char* name, const Tensor& x, const View& view, T divisor, const Tensor& y)
      : Node({&x}),
        name_(name),
        view_(view),
        divisor_(divisor),
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return name_; }

  void forward() override {
    const auto& reduce = kernels().of<T>().reduce;
    const Scratch scratch(reduce.scratch(view_));
    reduce.sum(view_, x_, divisor_, false, y_, scratch.data());
  }
  void backward(Gradients& gradients) override {
    if (view_.n == 1) return gradients.pass(0);
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().reduce.spread(view_, gradients.of_output<T>(), divisor_,
                                      gradients.accumulate(0), dx);
    }
  }

 private:
  const char* name_;
  View view_;
  T divisor_;
  const T* x_;
  T* y_;
};

template <class T>
class SumOfIntegers final : public Node {
 public:
  SumOfIntegers(const Tensor& x, const View& view, const Tensor& y)
      : Node({&x}, Differentiable::no),
        view_(view),
        x_(x->data<T>()),
        y_(y->data<std::int64_t>()) {}
  const char* name() const noexcept override { return "sum"; }
  void forward() override { kernels().of<T>().sum.run(view_, x_, y_); }

 private:
  View view_;
  const T* x_;
  std::int64_t* y_;
};

// m = Σ x / n, v = Σ (x - m)² / (n - correction)      dx = dv 2 (x - m) / (n - correction)
template <class T>
class Var final : public Node {
 public:
  Var(const Tensor& x, const View& view, double correction, const Tensor& y)
      : Node({&x}),
        view_(view),
        correction_(static_cast<T>(correction)),
        x_(x->data<T>()),
        y_(y->data<T>()),
        mean_(empty("var", y->shape(), y->dtype())) {
    if (!needs(0)) return;
    saved_x_.save(x);
    saved_mean_.save(mean_);
  }
  const char* name() const noexcept override { return "var"; }

  void forward() override {
    const auto& variance = kernels().of<T>().variance;
    const Scratch scratch(variance.scratch(view_));
    variance.forward(view_, x_, correction_, mean_->data<T>(), y_, scratch.data());
  }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().variance.backward(view_, saved_x_.data<T>(), saved_mean_.data<T>(),
                                          gradients.of_output<T>(), correction_,
                                          gradients.accumulate(0), dx);
    }
  }

 private:
  View view_;
  T correction_;
  const T* x_;
  T* y_;
  Tensor mean_;
  Saved saved_x_{this}, saved_mean_{this};
};

// y = log Σ e^x      dx = dy e^(x - y)
template <class T>
class LogSumExp final : public Node {
 public:
  LogSumExp(const Tensor& x, const View& view, const Tensor& y)
      : Node({&x}), view_(view), x_(x->data<T>()), y_(y->data<T>()) {
    if (!needs(0)) return;
    saved_x_.save(x);
    saved_y_.save(y);
  }
  const char* name() const noexcept override { return "logsumexp"; }

  void forward() override { kernels().of<T>().softmax.logsumexp(view_, x_, y_); }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().softmax.logsumexp_backward(view_, saved_x_.data<T>(), saved_y_.data<T>(),
                                                   gradients.of_output<T>(),
                                                   gradients.accumulate(0), dx);
    }
  }

 private:
  View view_;
  const T* x_;
  T* y_;
  Saved saved_x_{this}, saved_y_{this};
};

Tensor sum_of_integers(const Tensor& x, AxisRange axes, const Shape& shape) {
  Tensor y = empty("sum", shape, Dtype::int64);
  const View view = view_of(x->shape(), axes);
  if (x->dtype() == Dtype::int64) {
    return run(make_ref<SumOfIntegers<std::int64_t>>(x, view, y), y);
  }
  return run(make_ref<SumOfIntegers<std::uint8_t>>(x, view, y), y);
}

// The asked axes as one range at the end, and the tensor that has them there.
std::pair<Tensor, AxisRange> gathered(const Tensor& x, const std::vector<AxisRange>& ranges) {
  if (ranges.size() == 1) return {x, ranges[0]};
  std::vector<std::int64_t> kept, asked;
  auto range = ranges.begin();
  for (int axis = 0; axis < x->rank(); ++axis) {
    if (range != ranges.end() && axis == range->last) ++range;
    (range != ranges.end() && axis >= range->first ? asked : kept).push_back(axis);
  }
  const AxisRange axes{static_cast<int>(kept.size()), x->rank()};
  kept.insert(kept.end(), asked.begin(), asked.end());
  return {permute(x, kept), axes};
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim) {
  const auto ranges = axis_ranges("sum", dims, x->rank());
  return reduce_ranges(x, ranges, keepdim, [](const Tensor& x, AxisRange axes, const Shape& shape) {
    if (!is_floating(x->dtype())) return sum_of_integers(x, axes, shape);
    return visit_floating("sum", x->dtype(), [&]<class T>(TypeTag<T>) {
      Tensor y = empty("sum", shape, x->dtype());
      return run(make_ref<Sum<T>>("sum", x, view_of(x->shape(), axes), T{1}, y), y);
    });
  });
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim) {
  const auto ranges = axis_ranges("mean", dims, x->rank());
  return visit_floating("mean", x->dtype(), [&]<class T>(TypeTag<T>) {
    return reduce_ranges(
        x, ranges, keepdim, [](const Tensor& x, AxisRange axes, const Shape& shape) {
          Tensor y = empty("mean", shape, x->dtype());
          const View view = view_of(x->shape(), axes);
          return run(make_ref<Sum<T>>("mean", x, view, static_cast<T>(view.n), y), y);
        });
  });
}

Tensor var(const Tensor& x, const Dims& dims, double correction, bool keepdim) {
  const auto ranges = axis_ranges("var", dims, x->rank());
  const Shape shape = reduced_shape(x->shape(), ranges, keepdim);
  return visit_floating("var", x->dtype(), [&]<class T>(TypeTag<T>) {
    const auto [source, axes] = gathered(x, ranges);
    Tensor y = empty("var", shape, x->dtype());
    return run(make_ref<Var<T>>(source, view_of(source->shape(), axes), correction, y), y);
  });
}

Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim) {
  const auto ranges = axis_ranges("logsumexp", dims, x->rank());
  return visit_floating("logsumexp", x->dtype(), [&]<class T>(TypeTag<T>) {
    return reduce_ranges(x, ranges, keepdim,
                         [](const Tensor& x, AxisRange axes, const Shape& shape) {
                           Tensor y = empty("logsumexp", shape, x->dtype());
                           return run(make_ref<LogSumExp<T>>(x, view_of(x->shape(), axes), y), y);
                         });
  });
}

}  // namespace deepcore
