#include "ops/extreme.h"

#include "base/storage.h"
#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/stored.h"

namespace deepcore {
namespace {

template <class T>
void find(const View& view, const T* x, bool largest, T* value, std::int64_t* index) {
  const auto& extreme = kernels().of<T>().extreme;
  const Scratch scratch(extreme.scratch(view));
  extreme.forward(view, x, largest, value, index, scratch.data());
}

// y = x[k], k = the index of the first extreme      dx[k] = dy
template <class T>
class ExtremeAlong final : public Node {
 public:
  ExtremeAlong(const char* name, const Tensor& x, const View& view, bool largest,
               const Tensor& value, const Tensor& index)
      : Node({&x}),
        name_(name),
        view_(view),
        largest_(largest),
        x_(x->data<T>()),
        value_(value->data<T>()),
        index_(index->data<std::int64_t>()) {
    if (needs(0)) saved_index_.save(index);
  }
  const char* name() const noexcept override { return name_; }
  void forward() override { find(view_, x_, largest_, value_, index_); }

  void backward(Gradients& gradients) override {
    if constexpr (std::is_floating_point_v<T>) {
      if (T* dx = gradients.of_input<T>(0)) {
        kernels().of<T>().extreme.backward(view_, saved_index_.template data<std::int64_t>(),
                                           gradients.of_output<T>(), gradients.accumulate(0), dx);
      }
    }
  }

 private:
  const char* name_;
  View view_;
  bool largest_;
  const T* x_;
  T* value_;
  std::int64_t* index_;
  Saved saved_index_{this};
};

// y = the extreme of all      dx = dy / (how many equal y) where x = y
template <class T>
class ExtremeOfAll final : public Node {
 public:
  ExtremeOfAll(const char* name, const Tensor& x, bool largest, const Tensor& y)
      : Node({&x}),
        name_(name),
        n_(x->numel()),
        largest_(largest),
        x_(x->data<T>()),
        y_(y->data<T>()) {
    if (!needs(0)) return;
    saved_x_.save(x);
    saved_y_.save(y);
  }
  const char* name() const noexcept override { return name_; }
  void forward() override { find({1, n_, 1}, x_, largest_, y_, nullptr); }

  void backward(Gradients& gradients) override {
    if constexpr (std::is_floating_point_v<T>) {
      if (T* dx = gradients.of_input<T>(0)) {
        kernels().of<T>().extreme.share(n_, saved_x_.template data<T>(),
                                        *saved_y_.template data<T>(), *gradients.of_output<T>(),
                                        gradients.accumulate(0), dx);
      }
    }
  }

 private:
  const char* name_;
  std::int64_t n_;
  bool largest_;
  const T* x_;
  T* y_;
  Saved saved_x_{this}, saved_y_{this};
};

void check_not_empty(const char* op, const Tensor& x, AxisRange axes) {
  if (x->shape().numel(axes.first, axes.last) > 0) return;
  throw ValueError(op, "an extreme of no elements does not exist: input has shape ", x->shape(),
                   ".");
}

}  // namespace

Tensor extreme(const char* op, const Tensor& x, bool largest) {
  check_not_empty(op, x, {0, x->rank()});
  Tensor y = empty(op, {}, x->dtype());
  return visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<ExtremeOfAll<T>>(op, x, largest, y), y);
  });
}

std::pair<Tensor, Tensor> extreme(const char* op, const Tensor& x, std::int64_t dim, bool keepdim,
                                  bool largest) {
  const AxisRange axes = axis_ranges(op, std::vector{dim}, x->rank())[0];
  check_not_empty(op, x, axes);
  const Shape shape = reduced_shape(x->shape(), axes, keepdim);
  Tensor value = empty(op, shape, x->dtype()), index = empty(op, shape, Dtype::int64);
  return visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    const View view = view_of(x->shape(), axes);
    return run(make_ref<ExtremeAlong<T>>(op, x, view, largest, value, index), value, index);
  });
}

Tensor arg_extreme(const char* op, const Tensor& x, std::optional<std::int64_t> dim, bool keepdim,
                   bool largest) {
  const NoGrad no_grad;
  if (dim) return extreme(op, x, *dim, keepdim, largest).second;
  Tensor index = extreme(op, share(x, {x->numel()}), 0, false, largest).second;
  return keepdim ? share(index, reduced_shape(x->shape(), {0, x->rank()}, true)) : index;
}

}  // namespace deepcore
