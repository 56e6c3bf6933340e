#include "ops/max_unpool.h"

#include <cstdlib>

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// y[index] = x and zero elsewhere      dx = dy[index]
template <class T>
class MaxUnpooling final : public Node {
 public:
  MaxUnpooling(const char* name, const Tensor& x, const Tensor& index, const Unpooling& u,
               const Tensor& y)
      : Node({&x}), name_(name), u_(u), x_(x->data<T>()), y_(y->data<T>()) {
    if (needs(0)) saved_index_.save(index);
  }
  const char* name() const noexcept override { return name_; }

  void forward() override {
    for (std::int64_t i = 0; i < u_.planes * u_.from; ++i) {
      if (u_.index[i] >= 0 && u_.index[i] < u_.to) continue;
      throw IndexError(name_, "indices must be positions in 0 to ", u_.to - 1,
                       " of the output's planes, got ", u_.index[i], ".");
    }
    kernels().of<T>().unpool.place(u_, x_, y_);
  }

  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      Unpooling u = u_;
      u.index = saved_index_.data<std::int64_t>();
      kernels().of<T>().unpool.pick(u, gradients.of_output<T>(), gradients.accumulate(0), dx);
    }
  }

 private:
  const char* name_;
  Unpooling u_;
  const T* x_;
  T* y_;
  Saved saved_index_{this};
};

// What pooling made x of, if nothing was left over at the end.
Shape smallest_sizes(const char* op, const Tensor& x, int rank, const PoolSizes& sizes) {
  const int first = check_planes(op, x, rank);
  Shape result;
  for (int i = 0; i < rank; ++i) {
    result.push_back((x->size(first + i) - 1) * sizes.stride[i] + sizes.kernel[i] -
                     2 * sizes.padding[i]);
  }
  return result;
}

// The last of the sizes asked for, each less than a stride from what it would be.
Shape chosen_sizes(const char* op, const Shape& asked, const Shape& usual, const Shape& stride) {
  const int rank = usual.rank(), extra = asked.rank() - rank;
  if (extra < 0 || extra > 2) {
    throw ValueError(op, "output_size must have ", rank, " sizes, or those of the batch and the ",
                     "channels in front, got ", asked, ".");
  }
  Shape result;
  for (int i = 0; i < rank; ++i) {
    const auto size = asked[extra + i];
    if (std::abs(size - usual[i]) >= stride[i]) {
      throw ValueError(op, "output_size must be less than stride=", stride, " from ", usual,
                       ", got ", asked, ".");
    }
    result.push_back(size);
  }
  return result;
}

void check_indices(const char* op, const Tensor& x, const Tensor& indices) {
  if (indices->dtype() != Dtype::int64) {
    throw TypeError(op, "indices must be int64, got ", indices->dtype(), ".");
  }
  if (!(indices->shape() == x->shape())) {
    throw ValueError(op, "indices must have input's shape ", x->shape(), ", got ", indices->shape(),
                     ".");
  }
}

}  // namespace

Tensor max_unpool(const char* op, const Tensor& x, const Tensor& indices, int rank,
                  const PoolOptions& options, const std::optional<Shape>& output_size) {
  const PoolSizes sizes = checked_sizes(op, rank, options);
  const Shape usual = smallest_sizes(op, x, rank, sizes);
  const Shape chosen = output_size ? chosen_sizes(op, *output_size, usual, sizes.stride) : usual;
  check_indices(op, x, indices);
  const int first = x->rank() - rank;
  Shape shape = x->shape();
  for (int i = 0; i < rank; ++i) shape[first + i] = chosen[i];
  checked_numel(op, shape);
  const Unpooling u{x->shape().numel(0, first), x->shape().numel(first, x->rank()), chosen.numel(),
                    indices->data<std::int64_t>()};
  return visit_floating(op, x->dtype(), [&]<class T>(TypeTag<T>) {
    Tensor y = empty(op, shape, x->dtype());
    return run(make_ref<MaxUnpooling<T>>(op, x, indices, u, y), y);
  });
}

}  // namespace deepcore
