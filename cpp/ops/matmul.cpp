#include "ops/matmul.h"

#include "graph/gradients.h"
#include "ops/multiply.h"
#include "ops/view.h"

namespace deepcore {
namespace {

// One product of the batch: which matrix of a and which of b.
struct Pair {
  std::int64_t a, b;
};

// For every matrix C = A B of the batch:  dA = dC Bᵀ   dB = Aᵀ dC
// A matrix that broadcasting uses several times collects the gradients in order.
template <class T>
class Matmul final : public Node {
 public:
  Matmul(const Tensor& a, const Tensor& b, std::vector<Pair> pairs, const Tensor& c)
      : Node({&a, &b}),
        m_(a->size(a->rank() - 2)),
        k_(b->size(b->rank() - 2)),
        n_(b->shape().back()),
        a_count_(a->shape().numel(0, a->rank() - 2)),
        b_count_(b->shape().numel(0, b->rank() - 2)),
        pairs_(std::move(pairs)),
        a_(a->data<T>()),
        b_(b->data<T>()),
        c_(c->data<T>()) {
    if (needs(0)) saved_b_.save(b);
    if (needs(1)) saved_a_.save(a);
  }
  const char* name() const noexcept override { return "matmul"; }

  void forward() override {
    T* c = c_;
    for (const Pair& pair : pairs_) {
      multiply(product(m_, n_, k_, a_ + pair.a * m_ * k_, Stored::plain, b_ + pair.b * k_ * n_,
                       Stored::plain, c));
      c += m_ * n_;
    }
  }

  void backward(Gradients& gradients) override {
    const T* dc = gradients.of_output<T>();
    if (T* da = gradients.of_input<T>(0)) {
      Written written(a_count_, gradients.accumulate(0));
      for (std::size_t i = 0; i < pairs_.size(); ++i) {
        const auto [a, b] = pairs_[i];
        multiply(product(m_, k_, n_, dc + i * m_ * n_, Stored::plain,
                         saved_b_.data<T>() + b * k_ * n_, Stored::transposed, da + a * m_ * k_,
                         written.before(a)));
      }
    }
    if (T* db = gradients.of_input<T>(1)) {
      Written written(b_count_, gradients.accumulate(1));
      for (std::size_t i = 0; i < pairs_.size(); ++i) {
        const auto [a, b] = pairs_[i];
        multiply(product(k_, n_, m_, saved_a_.data<T>() + a * m_ * k_, Stored::transposed,
                         dc + i * m_ * n_, Stored::plain, db + b * k_ * n_, written.before(b)));
      }
    }
  }

 private:
  // Which matrices of a gradient hold something already.
  class Written {
   public:
    Written(std::int64_t count, bool all) : written_(count, all) {}
    bool before(std::int64_t i) {
      const bool was = written_[i];
      written_[i] = true;
      return was;
    }

   private:
    std::vector<bool> written_;
  };

  std::int64_t m_, k_, n_, a_count_, b_count_;
  std::vector<Pair> pairs_;
  const T *a_, *b_;
  T* c_;
  Saved saved_a_{this}, saved_b_{this};
};

Shape leading(const Tensor& x) {
  Shape shape;
  for (int axis = 0; axis < x->rank() - 2; ++axis) shape.push_back(x->size(axis));
  return shape;
}

// Where the i-th matrix of the broadcast batch lies in a batch of shape `own`.
std::int64_t matrix_of(std::int64_t i, const Shape& batch, const Shape& own) {
  std::int64_t index = 0, stride = 1;
  for (int axis = batch.rank() - 1; axis >= 0; --axis) {
    const auto at = i % batch[axis];
    i /= batch[axis];
    const int mine = axis - (batch.rank() - own.rank());
    if (mine < 0) continue;
    index += (own[mine] == 1 ? 0 : at) * stride;
    stride *= own[mine];
  }
  return index;
}

Tensor matmul_batch(const Tensor& a, const Tensor& b) {
  const Shape batch = broadcast_shapes("matmul", leading(a), leading(b));
  const auto count = checked_numel("matmul", batch);
  std::vector<Pair> pairs;
  for (std::int64_t i = 0; i < count; ++i) {
    pairs.push_back({matrix_of(i, batch, leading(a)), matrix_of(i, batch, leading(b))});
  }
  Shape shape = batch;
  shape.push_back(a->size(a->rank() - 2));
  shape.push_back(b->shape().back());
  Tensor c = empty("matmul", shape, a->dtype());
  return visit_floating("matmul", a->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Matmul<T>>(a, b, std::move(pairs), c), c);
  });
}

void check(const Tensor& a, const Tensor& b) {
  if (a->rank() == 0 || b->rank() == 0) {
    throw ValueError("matmul", "both tensors need at least one axis, got shapes ", a->shape(),
                     " and ", b->shape(), "; use * for a number.");
  }
  const auto rows = b->rank() == 1 ? b->size(0) : b->size(b->rank() - 2);
  if (a->shape().back() != rows) {
    throw ValueError("matmul",
                     "the last axis of the first tensor must match the rows of the second, "
                     "got shapes ",
                     a->shape(), " and ", b->shape(), ".");
  }
  if (a->dtype() != b->dtype()) {
    throw TypeError("matmul", "both tensors must have one dtype, got ", a->dtype(), " and ",
                    b->dtype(), "; convert one with .to(dtype).");
  }
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check(a, b);
  if (a->rank() == 1) return squeeze(matmul(unsqueeze(a, 0), b), b->rank() == 1 ? 0 : -2);
  if (b->rank() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (a->rank() > 2 && b->rank() == 2) {  // one product over all rows
    Shape shape = a->shape();
    shape[shape.rank() - 1] = b->size(1);
    const auto rows = a->shape().numel(0, a->rank() - 1);
    return reshape(matmul_batch(reshape(a, {rows, a->shape().back()}), b), shape);
  }
  return matmul_batch(a, b);
}

}  // namespace deepcore
