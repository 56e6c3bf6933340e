#include "graph/sparse_rows.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"

namespace deepcore {
namespace {

// The rows that a or b has.
Tensor merged(const Tensor& a, const Tensor& b) {
  const auto *x = a->data<std::int64_t>(), *y = b->data<std::int64_t>();
  std::vector<std::int64_t> both;
  both.reserve(a->numel() + b->numel());
  std::set_union(x, x + a->numel(), y, y + b->numel(), std::back_inserter(both));
  Tensor result = empty("backward", {std::ssize(both)}, Dtype::int64);
  std::copy(both.begin(), both.end(), result->data<std::int64_t>());
  return result;
}

// Where row r is among the rows of x, or nullptr.
template <class T>
const T* find(const SparseRows& x, std::int64_t r) {
  const auto* begin = x.indices->data<std::int64_t>();
  const auto* end = begin + x.indices->numel();
  const auto* found = std::lower_bound(begin, end, r);
  if (found == end || *found != r) return nullptr;
  return x.values->data<T>() + (found - begin) * x.width();
}

template <class T>
void add(const T* a, const T* b, std::int64_t n, T* y) {
  if (!a || !b) {
    std::copy_n(a ? a : b, n, y);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) y[i] = a[i] + b[i];
}

}  // namespace

Tensor SparseRows::to_dense() const {
  Tensor y = empty("to_dense", shape, values->dtype());
  const auto row = width() * size_of(values->dtype());
  std::memset(y->data(), 0, static_cast<std::size_t>(y->bytes()));
  const auto* index = indices->data<std::int64_t>();
  for (std::int64_t i = 0; i < indices->numel(); ++i) {
    std::memcpy(y->data() + index[i] * row, values->data() + i * row,
                static_cast<std::size_t>(row));
  }
  return y;
}

Ref<SparseRows> sum(const SparseRows& a, const SparseRows& b) {
  const Tensor indices = merged(a.indices, b.indices);
  Shape shape = a.shape;
  shape[0] = indices->numel();
  const Tensor values = empty("backward", shape, a.values->dtype());
  const auto* index = indices->data<std::int64_t>();
  const auto width = a.width();
  visit_floating("backward", values->dtype(), [&]<class T>(TypeTag<T>) {
    T* y = values->data<T>();
    parallel_for(indices->numel(), grain_of(grain_bytes, 3 * width * std::int64_t{sizeof(T)}),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (auto i = begin; i < end; ++i) {
                     add(find<T>(a, index[i]), find<T>(b, index[i]), width, y + i * width);
                   }
                 });
  });
  return make_ref<SparseRows>(a.shape, indices, values);
}

}  // namespace deepcore
