#include "ops/avg_pool.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/reduce.h"

namespace deepcore {
namespace {

// y = Σ x[k] / n      dx[k] = Σ dy / n over the windows that hold k
template <class T>
class AvgPooling final : public Node {
 public:
  AvgPooling(const char* name, const Tensor& x, const Pooling& p, const Averaging& how,
             const Tensor& y)
      : Node({&x}), name_(name), p_(p), how_(how), x_(x->data<T>()), y_(y->data<T>()) {}
  const char* name() const noexcept override { return name_; }

  void forward() override { kernels().of<T>().avg_pool.forward(p_, how_, x_, y_); }

  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      const auto& pool = kernels().of<T>().avg_pool;
      const Scratch scratch(pool.scratch(p_, how_));
      pool.backward(p_, how_, gradients.of_output<T>(), gradients.accumulate(0), dx,
                    scratch.data());
    }
  }

 private:
  const char* name_;
  Pooling p_;
  Averaging how_;
  const T* x_;
  T* y_;
};

// Whether one window holds a whole plane and nothing else.
bool is_global(const Pooling& p) {
  const auto whole = [](const PoolAxis& axis) {
    return axis.out == 1 && axis.padding == 0 && axis.kernel == axis.in;
  };
  return whole(p.d) && whole(p.h) && whole(p.w);
}

Tensor run_avg_pool(const char* op, const Tensor& x, int rank, const Pooling& p,
                    const Averaging& how) {
  return visit_floating(op, x->dtype(), [&]<class T>(TypeTag<T>) {
    if (is_global(p) && how.divisor == 0) {
      Dims dims{std::in_place};
      for (int i = x->rank() - rank; i < x->rank(); ++i) dims->push_back(i);
      return mean(x, dims, true);
    }
    Tensor y = empty(op, pooled_shape(x, rank, p), x->dtype());
    return run(make_ref<AvgPooling<T>>(op, x, p, how, y), y);
  });
}

}  // namespace

Tensor avg_pool(const char* op, const Tensor& x, int rank, const PoolOptions& options,
                const Averaging& how) {
  return run_avg_pool(op, x, rank, windows_of(op, x, rank, options), how);
}

Tensor adaptive_avg_pool(const char* op, const Tensor& x, const Shape& sizes) {
  return run_avg_pool(op, x, sizes.rank(), adaptive_windows(op, x, sizes), {true, 0});
}

}  // namespace deepcore
