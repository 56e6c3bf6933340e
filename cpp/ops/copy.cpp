#include "ops/copy.h"

#include <algorithm>
#include <numeric>

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/broadcast.h"
#include "ops/elementwise.h"
#include "ops/stored.h"
#include "ops/view.h"

namespace deepcore {
namespace {

void row_major(const Shape& shape, std::int64_t* strides) {
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
}

// y[i] = x[offset + Σ i_k strides_k]      dx: the same places, zero elsewhere
template <class T>
class CopyAs final : public Node {
 public:
  CopyAs(const char* name, const Tensor& x, const Layout& layout, const Tensor& y)
      : Node({&x}),
        name_(name),
        layout_(layout),
        shape_(x->shape()),
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return name_; }

  void forward() override {
    StridedArgs<T> args{};
    args.sizes = layout_.shape;
    args.from = x_ + layout_.offset;
    std::copy_n(layout_.strides, Shape::max_rank, args.from_strides);
    args.to = y_;
    row_major(layout_.shape, args.to_strides);
    kernels().of<T>().copy.strided(args);
  }

  void backward(Gradients& gradients) override {
    if constexpr (std::is_floating_point_v<T>) {
      T* dx = gradients.of_input<T>(0);
      if (!dx) return;
      const bool whole = layout_.shape.numel() == shape_.numel();
      if (!whole && !gradients.accumulate(0)) std::fill_n(dx, shape_.numel(), T{0});
      StridedArgs<T> args{};
      args.sizes = layout_.shape;
      args.from = gradients.of_output<T>();
      row_major(layout_.shape, args.from_strides);
      args.to = dx + layout_.offset;
      std::copy_n(layout_.strides, Shape::max_rank, args.to_strides);
      args.accumulate = gradients.accumulate(0);
      kernels().of<T>().copy.strided(args);
    }
  }

 private:
  const char* name_;
  Layout layout_;
  Shape shape_;
  const T* x_;
  T* y_;
};

// y[i, j] = x[j], where i runs over what was repeated      dx[j] = Σ_i dy[i, j]
template <class T>
class Expand final : public Node {
 public:
  Expand(const Tensor& x, const Layout& layout, const Tensor& y)
      : Node({&x}),
        layout_(layout),
        shape_(x->shape()),
        dtype_(x->dtype()),
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return "expand"; }

  void forward() override {
    StridedArgs<T> args{};
    args.sizes = layout_.shape;
    args.from = x_;
    std::copy_n(layout_.strides, Shape::max_rank, args.from_strides);
    args.to = y_;
    row_major(layout_.shape, args.to_strides);
    kernels().of<T>().copy.strided(args);
  }
  void backward(Gradients& gradients) override {
    pass_gradient(gradients, 0, layout_.shape, shape_, dtype_);
  }

 private:
  Layout layout_;
  Shape shape_;
  Dtype dtype_;
  const T* x_;
  T* y_;
};

// y = the inputs side by side: blocks of outer parts.      dx_i = its part of dy
template <class T>
class Cat final : public Node {
 public:
  Cat(const std::vector<Tensor>& inputs, int axis, const Tensor& y)
      : Node(inputs, Differentiable::yes), outer_(y->shape().numel(0, axis)), y_(y->data<T>()) {
    for (const auto& x : inputs) {
      parts_.push_back({x->data<T>(), x->shape().numel(axis, x->rank())});
      row_ += parts_.back().length;
    }
  }
  const char* name() const noexcept override { return "cat"; }

  void forward() override {
    std::int64_t start = 0;
    for (const auto& part : parts_) {
      move(part.x, part.length, y_ + start, row_, part.length, false);
      start += part.length;
    }
  }
  void backward(Gradients& gradients) override {
    if constexpr (std::is_floating_point_v<T>) {
      const T* dy = gradients.of_output<T>();
      for (int i = 0; i < inputs(); ++i) {
        const auto length = parts_[i].length;
        if (T* dx = gradients.of_input<T>(i)) {
          move(dy, row_, dx, length, length, gradients.accumulate(i));
        }
        dy += length;
      }
    }
  }

 private:
  struct Part {
    const T* x;
    std::int64_t length;  // of a block of this input
  };
  void move(const T* from, std::int64_t from_row, T* to, std::int64_t to_row, std::int64_t length,
            bool accumulate) const {
    StridedArgs<T> args{};
    args.sizes = {outer_, length};
    args.from = from, args.from_strides[0] = from_row, args.from_strides[1] = 1;
    args.to = to, args.to_strides[0] = to_row, args.to_strides[1] = 1;
    args.accumulate = accumulate;
    kernels().of<T>().copy.strided(args);
  }

  std::int64_t outer_, row_ = 0;
  T* y_;
  std::vector<Part> parts_;
};

}  // namespace

Layout layout_of(const Tensor& x) {
  Layout layout{x->shape()};
  row_major(x->shape(), layout.strides);
  return layout;
}

Tensor copy_as(const char* op, const Tensor& x, const Layout& layout) {
  Tensor y = empty(op, layout.shape, x->dtype());
  return visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<CopyAs<T>>(op, x, layout, y), y);
  });
}

Tensor permute(const Tensor& x, const std::vector<std::int64_t>& dims) {
  const Layout from = layout_of(x);
  Layout to;
  bool seen[Shape::max_rank] = {};
  for (const auto dim : dims) {
    const int axis = normalize_axis("permute", dim, x->rank());
    const bool again = std::exchange(seen[axis], true);
    if (again || dims.size() != static_cast<std::size_t>(x->rank())) {
      throw ValueError("permute", "dims must name each of the ", x->rank(), " axes once, got ",
                       dims.size(), " of them", again ? ", one twice." : ".");
    }
    to.strides[to.shape.rank()] = from.strides[axis];
    to.shape.push_back(x->size(axis));
  }
  if (dims.size() != static_cast<std::size_t>(x->rank())) {
    throw ValueError("permute", "dims must name each of the ", x->rank(), " axes once, got none.");
  }
  return copy_as("permute", x, to);
}

Tensor transpose(const Tensor& x, std::int64_t dim0, std::int64_t dim1) {
  const int a = normalize_axis("transpose", dim0, x->rank());
  const int b = normalize_axis("transpose", dim1, x->rank());
  Layout layout = layout_of(x);
  if (x->rank() > 0) {
    std::swap(layout.shape[a], layout.shape[b]);
    std::swap(layout.strides[a], layout.strides[b]);
  }
  return copy_as("transpose", x, layout);
}

Tensor flip(const Tensor& x, const std::vector<std::int64_t>& dims) {
  Layout layout = layout_of(x);
  bool seen[Shape::max_rank] = {};
  for (const auto dim : dims) {
    const int axis = normalize_axis("flip", dim, x->rank());
    if (std::exchange(seen[axis], true))
      throw ValueError("flip", "dims has axis ", axis, " twice.");
    layout.offset += layout.strides[axis] * std::max<std::int64_t>(layout.shape[axis] - 1, 0);
    layout.strides[axis] *= -1;
  }
  return copy_as("flip", x, layout);
}

Tensor expand(const Tensor& x, Shape shape) {
  const int added = shape.rank() - x->rank();
  const Layout from = layout_of(x);
  Layout layout;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto size = axis >= added && added >= 0 ? x->size(axis - added) : 1;
    if (shape[axis] == -1 && axis >= added) shape[axis] = size;
    if (added < 0 || shape[axis] < 0 || (size != 1 && size != shape[axis])) {
      throw ValueError("expand", "shape ", x->shape(), " does not expand to ", shape,
                       ": only axes of size 1 and new ones in front are repeated.");
    }
    layout.strides[axis] = size == 1 ? 0 : from.strides[axis - added];
  }
  layout.shape = shape;
  Tensor y = empty("expand", shape, x->dtype());
  return visit_stored(
      x->dtype(), [&]<class T>(TypeTag<T>) { return run(make_ref<Expand<T>>(x, layout, y), y); });
}

Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t count, std::int64_t step) {
  if (axis == 0 && step == 1) return narrow_leading(x, start, start + count);
  Layout layout = layout_of(x);
  layout.shape[axis] = count;
  layout.offset = start * layout.strides[axis];
  layout.strides[axis] *= step;
  return copy_as("slice", x, layout);
}

namespace {

std::vector<Tensor> as_one_dtype(std::vector<Tensor> tensors) {
  Dtype dtype = tensors[0]->dtype();
  for (const auto& x : tensors) dtype = std::max(dtype, x->dtype());
  for (auto& x : tensors) x = cast(x, dtype);
  return tensors;
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim) {
  if (tensors.empty()) throw ValueError("cat", "at least one tensor is needed, got none.");
  const Tensor& first = tensors[0];
  if (first->rank() == 0) throw ValueError("cat", "tensors must have axes; stack() adds one.");
  const int axis = normalize_axis("cat", dim, first->rank());
  Shape shape = first->shape();
  shape[axis] = 0;
  for (const auto& x : tensors) {
    Shape expected = first->shape();
    if (x->rank() == first->rank()) expected[axis] = x->size(axis);
    if (!(x->shape() == expected)) {
      throw ValueError("cat", "shapes must be equal but for axis ", axis, ", got ", first->shape(),
                       " and ", x->shape(), ".");
    }
    shape[axis] += x->size(axis);
  }
  const std::vector<Tensor> parts = as_one_dtype(tensors);
  Tensor y = empty("cat", shape, parts[0]->dtype());
  return visit_stored(
      y->dtype(), [&]<class T>(TypeTag<T>) { return run(make_ref<Cat<T>>(parts, axis, y), y); });
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim) {
  if (tensors.empty()) throw ValueError("stack", "at least one tensor is needed, got none.");
  const int axis = normalize_axis("stack", dim, tensors[0]->rank() + 1);
  std::vector<Tensor> parts;
  for (const auto& x : tensors) {
    if (!(x->shape() == tensors[0]->shape())) {
      throw ValueError("stack", "shapes must be equal, got ", tensors[0]->shape(), " and ",
                       x->shape(), ".");
    }
    parts.push_back(unsqueeze(x, axis));
  }
  return cat(parts, axis);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                          std::int64_t dim) {
  const int axis = normalize_axis("split", dim, x->rank());
  const auto total = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  if (x->rank() == 0 || total != x->size(axis) ||
      std::any_of(sizes.begin(), sizes.end(), [](auto size) { return size < 0; })) {
    throw ValueError("split", "sizes must add up to axis ", axis, " of shape ", x->shape(),
                     ", got a sum of ", total, ".");
  }
  std::vector<Tensor> parts;
  std::int64_t start = 0;
  for (const auto size : sizes) {
    parts.push_back(slice(x, axis, start, size, 1));
    start += size;
  }
  return parts;
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim) {
  if (x->rank() == 0) throw ValueError("unbind", "a tensor without axes has no parts.");
  const int axis = normalize_axis("unbind", dim, x->rank());
  Shape shape = x->shape();
  shape.erase(axis);
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < x->size(axis); ++i) {
    parts.push_back(reshape(slice(x, axis, i, 1, 1), shape));
  }
  return parts;
}

}  // namespace deepcore
