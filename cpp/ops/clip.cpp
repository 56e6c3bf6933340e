#include "ops/clip.h"

#include <algorithm>
#include <cmath>

#include "graph/node.h"
#include "graph/sparse_rows.h"
#include "kernels/kernels.h"
#include "ops/elementwise.h"

namespace deepcore {
namespace {

class ClipGradNorm final : public Node {
 public:
  ClipGradNorm(std::vector<Tensor> gradients, const Tensor& total, double max_norm,
               double norm_type, bool error_if_nonfinite)
      : Node(gradients, Differentiable::no),
        gradients_(std::move(gradients)),
        total_(total->data()),
        dtype_(total->dtype()),
        max_norm_(max_norm),
        p_(norm_type),
        error_if_nonfinite_(error_if_nonfinite) {}
  const char* name() const noexcept override { return "clip_grad_norm_"; }

  void forward() override {
    const double norm = total_norm();
    visit_floating(name(), dtype_, [&]<class T>(TypeTag<T>) {
      *reinterpret_cast<T*>(total_) = static_cast<T>(norm);
    });
    if (error_if_nonfinite_ && !std::isfinite(norm)) {
      throw RuntimeError(name(), "the total norm must be finite, got ", norm,
                         "; with error_if_nonfinite=False the gradients are scaled all the same.");
    }
    const double factor = max_norm_ / (norm + 1e-6);
    if (!(factor >= 1)) scale(factor);  // a NaN reaches every gradient
  }

 private:
  double total_norm() const {
    double sum = 0;
    for (const Tensor& g : gradients_) {
      visit_floating(name(), g->dtype(), [&]<class T>(TypeTag<T>) {
        const auto& clip = kernels().of<T>().clip;
        const Scratch scratch(clip.scratch(g->numel()) * sizeof(double));
        const double part = clip.power_sum(g->data<T>(), g->numel(), p_, scratch.data<double>());
        if (std::isinf(p_)) {
          sum = part > sum || part != part ? part : sum;
        } else {
          sum += part;
        }
      });
    }
    if (p_ == 2) return std::sqrt(sum);
    return std::isinf(p_) || p_ == 1 ? sum : std::pow(sum, 1 / p_);
  }

  void scale(double factor) const {
    for (const Tensor& g : gradients_) {
      visit_floating(name(), g->dtype(), [&]<class T>(TypeTag<T>) {
        kernels().of<T>().clip.scale(g->data<T>(), g->numel(), static_cast<T>(factor));
      });
      g->storage()->written();
    }
  }

  std::vector<Tensor> gradients_;
  std::byte* total_;
  Dtype dtype_;
  double max_norm_, p_;
  bool error_if_nonfinite_;
};

// Of the parameters that have one.
std::vector<Tensor> dense_gradients(const char* op, const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& x : parameters) {
    const auto& variable = x->grad_variable();
    if (variable && variable->grad_rows) {
      throw TypeError(op, "gradients must be dense, got SparseRows; ", rows_advice);
    }
    if (variable && variable->grad) gradients.push_back(variable->grad);
  }
  return gradients;
}

}  // namespace

Tensor clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                      bool error_if_nonfinite) {
  if (!(max_norm >= 0)) {
    throw ValueError("clip_grad_norm_", "max_norm must be at least 0, got ", max_norm, ".");
  }
  if (!(norm_type > 0)) {
    throw ValueError("clip_grad_norm_", "norm_type must be above 0, got ", norm_type, ".");
  }
  std::vector<Tensor> gradients = dense_gradients("clip_grad_norm_", parameters);
  Dtype dtype = Dtype::float32;
  for (const Tensor& g : gradients) dtype = std::max(dtype, g->dtype());
  const Tensor total = empty("clip_grad_norm_", {}, dtype);
  run(make_ref<ClipGradNorm>(gradients, total, max_norm, norm_type, error_if_nonfinite));
  return total;
}

void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value) {
  if (!(clip_value >= 0)) {
    throw ValueError("clip_grad_value_", "clip_value must be at least 0, got ", clip_value, ".");
  }
  const NoGrad no_grad;
  for (const Tensor& g : dense_gradients("clip_grad_value_", parameters)) {
    clamp_in_place(g, Number::of(-clip_value), Number::of(clip_value));
  }
}

}  // namespace deepcore
