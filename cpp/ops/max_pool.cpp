#include "ops/max_pool.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// y = the greatest x[k] of the window      dx[k] = dy, k the one that was it
//
// Which one it was is kept for backward in a byte an output, or in the positions where these are
// wanted, too, or the window is large.
template <class T>
class MaxPooling final : public Node {
 public:
  MaxPooling(const char* name, const Tensor& x, const Pooling& p, const Tensor& y,
             const Tensor& index)
      : Node({&x}), name_(name), p_(p), x_(x->data<T>()), y_(y->data<T>()) {
    if (index) {
      record_index(index);
    } else if (needs(0) && p.taps() <= byte_taps) {
      const Tensor tap = empty(name, y->shape(), Dtype::uint8);
      tap_ = tap->data<std::uint8_t>();
      saved_tap_.save(tap);
    } else if (needs(0)) {
      record_index(empty(name, y->shape(), Dtype::int64));
    }
  }
  const char* name() const noexcept override { return name_; }

  void forward() override {
    const auto& pool = kernels().of<T>().max_pool;
    if (tap_) {
      pool.forward_taps(p_, x_, y_, tap_);
    } else if (index_) {
      pool.forward_indices(p_, x_, y_, index_);
    } else {
      pool.forward(p_, x_, y_);
    }
  }

  void backward(Gradients& gradients) override {
    T* dx = gradients.of_input<T>(0);
    if (!dx) return;
    const T* dy = gradients.of_output<T>();
    const auto& kernel = kernels().of<T>();
    if (saved_tap_) {
      kernel.max_pool.backward(p_, saved_tap_.data<std::uint8_t>(), dy, gradients.accumulate(0),
                               dx);
    } else {
      const auto* index = saved_index_.data<std::int64_t>();
      kernel.unpool.add({p_.planes, p_.out(), p_.in(), index}, dy, gradients.accumulate(0), dx);
    }
  }

 private:
  void record_index(const Tensor& index) {
    index_ = index->data<std::int64_t>();
    if (needs(0)) saved_index_.save(index);
  }

  const char* name_;
  Pooling p_;
  const T* x_;
  T* y_;
  std::uint8_t* tap_ = nullptr;
  std::int64_t* index_ = nullptr;
  Saved saved_tap_{this}, saved_index_{this};
};

std::pair<Tensor, Tensor> run_max_pool(const char* op, const Tensor& x, int rank, const Pooling& p,
                                       bool indices) {
  const Shape shape = pooled_shape(x, rank, p);
  return visit_floating(op, x->dtype(), [&]<class T>(TypeTag<T>) {
    Tensor y = empty(op, shape, x->dtype());
    if (!indices) return std::pair{run(make_ref<MaxPooling<T>>(op, x, p, y, nullptr), y), Tensor()};
    Tensor index = empty(op, shape, Dtype::int64);
    return run(make_ref<MaxPooling<T>>(op, x, p, y, index), y, index);
  });
}

}  // namespace

std::pair<Tensor, Tensor> max_pool(const char* op, const Tensor& x, int rank,
                                   const PoolOptions& options, bool indices) {
  return run_max_pool(op, x, rank, windows_of(op, x, rank, options), indices);
}

std::pair<Tensor, Tensor> adaptive_max_pool(const char* op, const Tensor& x, const Shape& sizes,
                                            bool indices) {
  return run_max_pool(op, x, sizes.rank(), adaptive_windows(op, x, sizes), indices);
}

}  // namespace deepcore
