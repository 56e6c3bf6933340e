#include "graph/moves.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"

namespace deepcore {

void add_or_copy(std::byte* y, const std::byte* x, std::int64_t n, Dtype dtype, bool accumulate) {
  if (!accumulate) {
    std::memcpy(y, x, static_cast<std::size_t>(n * size_of(dtype)));
    return;
  }
  visit_floating("backward", dtype, [&]<class T>(TypeTag<T>) {
    T* to = reinterpret_cast<T*>(y);
    const T* from = reinterpret_cast<const T*>(x);
    parallel_for(n, grain_of(grain_bytes, 3 * sizeof(T)),
                 [=](std::int64_t begin, std::int64_t end) {
                   for (auto i = begin; i < end; ++i) to[i] += from[i];
                 });
  });
}

void Ones::forward() {
  visit_floating("backward", dtype_,
                 [&]<class T>(TypeTag<T>) { std::fill_n(reinterpret_cast<T*>(y_), n_, T{1}); });
}

}  // namespace deepcore
