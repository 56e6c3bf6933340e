#include "ops/index.h"

#include <algorithm>

#include "graph/gradients.h"
#include "graph/tape.h"
#include "kernels/kernels.h"
#include "ops/stored.h"
#include "ops/view.h"

namespace deepcore {
namespace {

bool side_by_side(const Layout& layout) {
  std::int64_t stride = 1;
  for (int axis = layout.shape.rank() - 1; axis >= 0; --axis) {
    if (layout.shape[axis] != 1 && layout.strides[axis] != stride) return false;
    stride *= layout.shape[axis];
  }
  return true;
}

// One index array as it broadcasts to the common shape, and the axis it indexes.
struct Index {
  const std::int64_t* values;
  std::int64_t strides[Shape::max_rank] = {};
  std::int64_t size;  // of the axis
  int axis;           // for the error's text
};

Index broadcast_index(const Tensor& index, const Shape& shape, std::int64_t size, int axis) {
  Index result{index->data<std::int64_t>(), {}, size, axis};
  std::int64_t stride = 1;
  for (int k = index->rank() - 1; k >= 0; --k) {
    if (index->size(k) != 1) result.strides[shape.rank() - index->rank() + k] = stride;
    stride *= index->size(k);
  }
  return result;
}

std::int64_t checked(const Index& index, std::int64_t value) {
  if (value < -index.size || value >= index.size) {
    throw IndexError("index", "index ", value, " is out of range for axis ", index.axis,
                     " of size ", index.size, ".");
  }
  return value < 0 ? value + index.size : value;
}

// x seen as (outer, n, inner), where n is the product of the indexed axes:
//   p_i = the row-major position of (indices_0[i], indices_1[i], ...)
//   y[o, i, j] = x[o, p_i, j]      dx[o, p_i, j] = the sum of dy[o, i, j] over all i with that p_i
template <class T>
class IndexAxes final : public Node {
 public:
  IndexAxes(const std::vector<Tensor>& inputs, const View& view, const Shape& shape,
            std::vector<Index> indices, const Tensor& positions, const Tensor& y)
      : Node(inputs, Differentiable::yes),
        view_(view),
        shape_(shape),
        indices_(std::move(indices)),
        x_(inputs[0]->data<T>()),
        positions_(positions->data<std::int64_t>()),
        y_(y->data<T>()) {
    saved_positions_.save(positions);
  }
  const char* name() const noexcept override { return "index"; }

  void forward() override {
    for (std::int64_t i = 0; i < shape_.numel(); ++i) positions_[i] = position(i);
    kernels().of<T>().copy.gather(view_, x_, positions_, shape_.numel(), y_);
  }

  void backward(Gradients& gradients) override {
    if constexpr (std::is_floating_point_v<T>) {
      T* dx = gradients.of_input<T>(0);
      if (!dx) return;
      if (!gradients.accumulate(0)) {
        std::fill_n(dx, view_.outer * view_.n * view_.inner, T{0});
      }
      kernels().of<T>().copy.scatter(view_, gradients.of_output<T>(),
                                     saved_positions_.data<std::int64_t>(), shape_.numel(), true,
                                     dx);
    }
  }

 private:
  std::int64_t position(std::int64_t i) const {
    std::int64_t result = 0;
    for (const Index& index : indices_) {
      std::int64_t offset = 0, rest = i;
      for (int axis = shape_.rank() - 1; axis >= 0; --axis) {
        offset += rest % shape_[axis] * index.strides[axis];
        rest /= shape_[axis];
      }
      result = result * index.size + checked(index, index.values[offset]);
    }
    return result;
  }

  View view_;
  Shape shape_;  // the common shape of the indices
  std::vector<Index> indices_;
  const T* x_;
  std::int64_t* positions_;
  T* y_;
  Saved saved_positions_{this};
};

template <class T>
class AssignLayout final : public Node {
 public:
  AssignLayout(const Tensor& x, const Layout& layout, const Tensor& value)
      : Node({&x, &value}, Differentiable::no), storage_(x->storage()) {
    args_.sizes = layout.shape;
    args_.from = value->data<T>();
    std::copy_n(layout_of(value).strides, Shape::max_rank, args_.from_strides);
    args_.to = x->data<T>() + layout.offset;
    std::copy_n(layout.strides, Shape::max_rank, args_.to_strides);
  }
  const char* name() const noexcept override { return "setitem"; }
  void forward() override {
    kernels().of<T>().copy.strided(args_);
    storage_->written();
  }

 private:
  StridedArgs<T> args_{};
  Ref<Storage> storage_;
};

template <class T>
class AssignPositions final : public Node {
 public:
  AssignPositions(const Tensor& x, const Tensor& positions, const Tensor& value)
      : Node({&x, &positions, &value}, Differentiable::no),
        n_(x->numel()),
        count_(positions->numel()),
        positions_(positions->data<std::int64_t>()),
        value_(value->data<T>()),
        x_(x->data<T>()),
        storage_(x->storage()) {}
  const char* name() const noexcept override { return "setitem"; }
  void forward() override {
    kernels().of<T>().copy.scatter({1, n_, 1}, value_, positions_, count_, false, x_);
    storage_->written();
  }

 private:
  std::int64_t n_, count_;
  const std::int64_t* positions_;
  const T* value_;
  T* x_;
  Ref<Storage> storage_;
};

}  // namespace

Tensor index_layout(const Tensor& x, const Layout& layout) {
  return side_by_side(layout) ? section(x, layout.shape, layout.offset)
                              : copy_as("index", x, layout);
}

Tensor index_axes(const Tensor& x, int first, const std::vector<Tensor>& indices) {
  Shape common;
  for (const Tensor& index : indices) common = broadcast_shapes("index", common, index->shape());
  const int last = first + static_cast<int>(indices.size());
  const View view{x->shape().numel(0, first), x->shape().numel(first, last),
                  x->shape().numel(last, x->rank())};
  std::vector<Tensor> inputs{x};
  std::vector<Index> places;
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const int axis = first + static_cast<int>(k);
    inputs.push_back(indices[k]);
    places.push_back(broadcast_index(indices[k], common, x->size(axis), axis));
  }
  Shape shape;
  for (int axis = 0; axis < first; ++axis) shape.push_back(x->size(axis));
  for (const auto size : common) shape.push_back(size);
  for (int axis = last; axis < x->rank(); ++axis) shape.push_back(x->size(axis));
  const Tensor positions = empty("index", common, Dtype::int64);
  Tensor y = empty("index", shape, x->dtype());
  return visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<IndexAxes<T>>(inputs, view, common, std::move(places), positions, y), y);
  });
}

std::vector<Tensor> places(const Tensor& mask) {
  refuse_capture("index");
  const bool* values = mask->data<bool>();
  const auto count = std::count(values, values + mask->numel(), true);
  std::vector<Tensor> result;
  for (int axis = 0; axis < mask->rank(); ++axis) {
    result.push_back(empty("index", {count}, Dtype::int64));
  }
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < mask->numel(); ++i) {
    if (!values[i]) continue;
    std::int64_t rest = i;
    for (int axis = mask->rank() - 1; axis >= 0; --axis) {
      result[axis]->data<std::int64_t>()[at] = rest % mask->size(axis);
      rest /= mask->size(axis);
    }
    ++at;
  }
  return result;
}

void assign_layout(const Tensor& x, const Layout& layout, const Tensor& value) {
  visit_stored(x->dtype(),
               [&]<class T>(TypeTag<T>) { run(make_ref<AssignLayout<T>>(x, layout, value)); });
}

void assign_positions(const Tensor& x, const Tensor& positions, const Tensor& value) {
  visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    run(make_ref<AssignPositions<T>>(x, positions, value));
  });
}

}  // namespace deepcore
