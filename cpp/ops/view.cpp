#include "ops/view.h"

#include <cstring>

#include "graph/gradients.h"

namespace deepcore {
namespace {

class Reshape final : public Node {
 public:
  explicit Reshape(const Tensor& x) : Node({&x}) {}
  const char* name() const noexcept override { return "reshape"; }
  void forward() override {}
  void backward(Gradients& gradients) override { gradients.pass(0); }
};

// dx is dy where elements were taken and zero elsewhere.
class Section final : public Node {
 public:
  Section(const Tensor& x, std::int64_t offset, std::int64_t n)
      : Node({&x}), dtype_(x->dtype()), total_(x->numel()), offset_(offset), n_(n) {}
  const char* name() const noexcept override { return "section"; }
  void forward() override {}
  void backward(Gradients& gradients) override {
    visit_floating(name(), dtype_, [&]<class T>(TypeTag<T>) {
      const T* dy = gradients.of_output<T>();
      T* dx = gradients.of_input<T>(0);
      if (!dx) return;
      if (gradients.accumulate(0)) {
        for (std::int64_t i = 0; i < n_; ++i) dx[offset_ + i] += dy[i];
      } else {
        std::fill(dx, dx + offset_, T{0});
        std::copy(dy, dy + n_, dx + offset_);
        std::fill(dx + offset_ + n_, dx + total_, T{0});
      }
    });
  }

 private:
  Dtype dtype_;
  std::int64_t total_, offset_, n_;
};

class Clone final : public Node {
 public:
  Clone(const Tensor& x, const Tensor& y)
      : Node({&x}), bytes_(x->bytes()), x_(x->data()), y_(y->data()) {}
  const char* name() const noexcept override { return "clone"; }
  void forward() override { std::memcpy(y_, x_, static_cast<std::size_t>(bytes_)); }
  void backward(Gradients& gradients) override { gradients.pass(0); }

 private:
  std::int64_t bytes_;
  const std::byte* x_;
  std::byte* y_;
};

// Replaces a size of -1 by what the others leave.
Shape resolve_shape(const Tensor& x, Shape shape) {
  int unknown = -1;
  std::int64_t known = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == -1 && unknown < 0) {
      unknown = axis;
    } else if (shape[axis] < 0) {
      throw ValueError("reshape", "sizes must be at least 0, with at most one -1, got ", shape,
                       ".");
    } else if (__builtin_mul_overflow(known, shape[axis], &known)) {
      throw ValueError("reshape", "sizes must have a product within 64 bits, got ", shape, ".");
    }
  }
  if (unknown >= 0 && known > 0 && x->numel() % known == 0) {
    shape[unknown] = x->numel() / known;
    known *= shape[unknown];
  }
  if (known != x->numel() || (unknown >= 0 && shape[unknown] < 0)) {
    throw ValueError("reshape", "shape ", shape, " does not hold the ", x->numel(),
                     " elements of a tensor of shape ", x->shape(), ".");
  }
  return shape;
}

}  // namespace

Tensor reshape(const Tensor& x, Shape shape) {
  Tensor y = share(x, resolve_shape(x, shape));
  return run(make_ref<Reshape>(x), std::move(y));
}

Tensor section(const Tensor& x, const Shape& shape, std::int64_t offset) {
  Tensor y = share(x, shape, offset);
  return run(make_ref<Section>(x, offset, y->numel()), y);
}

Tensor narrow_leading(const Tensor& x, std::int64_t start, std::int64_t stop) {
  if (x->rank() == 0 || start < 0 || stop < start || stop > x->size(0)) {
    throw IndexError("narrow", "rows ", start, " to ", stop, " are not within a tensor of shape ",
                     x->shape(), ".");
  }
  Shape shape = x->shape();
  const auto row = shape.numel(1, shape.rank());
  shape[0] = stop - start;
  return section(x, shape, start * row);
}

Tensor flatten(const Tensor& x, std::int64_t start_dim, std::int64_t end_dim) {
  const int first = normalize_axis("flatten", start_dim, x->rank());
  const int last = normalize_axis("flatten", end_dim, x->rank());
  if (first > last) {
    throw ValueError("flatten", "start_dim must not come after end_dim, got ", start_dim, " and ",
                     end_dim, ".");
  }
  if (x->rank() == 0) return reshape(x, {1});
  Shape shape;
  for (int axis = 0; axis < x->rank(); ++axis) {
    if (axis <= first || axis > last) shape.push_back(x->size(axis));
  }
  shape[first] = x->shape().numel(first, last + 1);
  return reshape(x, shape);
}

Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes) {
  const int axis = normalize_axis("unflatten", dim, x->rank());
  const Tensor flat = share(x, {x->rank() ? x->size(axis) : 1});
  const Shape cut = resolve_shape(flat, sizes);
  Shape shape;
  for (int i = 0; i < axis; ++i) shape.push_back(x->size(i));
  for (auto size : cut) shape.push_back(size);
  for (int i = axis + 1; i < x->rank(); ++i) shape.push_back(x->size(i));
  return reshape(x, shape);
}

Tensor squeeze(const Tensor& x, const Dims& dims) {
  Shape shape;
  int axis = 0;
  const auto keep_until = [&](int end, bool ones) {
    for (; axis < end; ++axis) {
      if (ones || x->size(axis) != 1) shape.push_back(x->size(axis));
    }
  };
  for (const auto& range : axis_ranges("squeeze", dims, x->rank())) {
    keep_until(range.first, true);
    keep_until(range.last, false);
  }
  keep_until(x->rank(), true);
  return reshape(x, shape);
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim) {
  Shape shape = x->shape();
  shape.insert(normalize_axis("unsqueeze", dim, x->rank() + 1), 1);
  return reshape(x, shape);
}

Tensor detach(const Tensor& x) {
  return share(x, x->shape());
}

Tensor clone(const Tensor& x) {
  Tensor y = empty("clone", x->shape(), x->dtype());
  return run(make_ref<Clone>(x, y), y);
}

}  // namespace deepcore
