#include "ops/accuracy.h"

#include <algorithm>

namespace deepcore {
namespace {

// Whether `label` is the first highest of the n numbers at distance `stride`. Without branches:
// half of them would be mispredicted where guesses are hard.
template <class T>
bool is_best(const T* x, std::int64_t n, std::int64_t stride, std::int64_t label) noexcept {
  if (label < 0 || label >= n) return false;
  const T best = x[label * stride];
  bool beaten = false;
  for (std::int64_t j = 0; j < n; ++j) beaten |= !(x[j * stride] <= best);
  for (std::int64_t j = 0; j < label; ++j) beaten |= x[j * stride] == best;
  return !beaten;
}

}  // namespace

std::int64_t count_samples(const Tensor& targets, std::int64_t ignore_index) {
  if (targets->dtype() != Dtype::int64) return targets->rank() == 0 ? 1 : targets->size(0);
  const auto* label = targets->data<std::int64_t>();
  return targets->numel() - std::count(label, label + targets->numel(), ignore_index);
}

bool are_scores_and_labels(const Tensor& scores, const Tensor& labels) {
  const Shape &s = scores->shape(), &l = labels->shape();
  if (labels->dtype() != Dtype::int64 || !is_floating(scores->dtype())) return false;
  if (l.rank() < 1 || s.rank() != l.rank() + 1 || s[0] != l[0]) return false;
  for (int axis = 1; axis < l.rank(); ++axis) {
    if (s[axis + 1] != l[axis]) return false;
  }
  return true;
}

Guesses count_right(const Tensor& scores, const Tensor& labels, std::int64_t ignore_index) {
  const auto classes = scores->size(1), inner = scores->shape().numel(2, scores->rank());
  const auto* label = labels->data<std::int64_t>();
  Guesses guesses{0, 0};
  visit_floating("count_right", scores->dtype(), [&]<class T>(TypeTag<T>) {
    const T* x = scores->data<T>();
    for (std::int64_t r = 0; r < labels->numel(); ++r) {
      if (label[r] == ignore_index) continue;
      const T* first = x + r / inner * classes * inner + r % inner;
      guesses.right += is_best(first, classes, inner, label[r]);
      ++guesses.counted;
    }
  });
  return guesses;
}

}  // namespace deepcore
