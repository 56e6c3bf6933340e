#include "kernels/finite.h"

#include <atomic>

#include "base/parallel.h"
#include "base/vec.h"

namespace deepcore {
namespace {

// x - x is 0 for a finite x and NaN for the others, and NaN stays in a sum. Four sums hide the
// latency of the addition.
template <class T>
bool all_of_piece(const T* x, std::int64_t n) noexcept {
  constexpr int sums = 4;
  Vec<T> sum[sums] = {};
  std::int64_t i = 0;
  for (; i + sums * lanes<T> <= n; i += sums * lanes<T>) {
    for (int s = 0; s < sums; ++s) {
      const Vec<T> v = load(x + i + s * lanes<T>);
      sum[s] += v - v;
    }
  }
  for (; i + lanes<T> <= n; i += lanes<T>) {
    const Vec<T> v = load(x + i);
    sum[0] += v - v;
  }
  if (i < n) {
    const Vec<T> v = load_first(x + i, static_cast<int>(n - i));
    sum[1] += v - v;
  }
  const Vec<T> total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  return !any<T>(total != Vec<T>{});
}

template <class T>
bool all(const T* x, std::int64_t n) {
  std::atomic<bool> finite = true;
  parallel_for(n, grain_of(grain_bytes, sizeof(T)), [&](std::int64_t begin, std::int64_t end) {
    if (!all_of_piece(x + begin, end - begin)) finite.store(false, std::memory_order_relaxed);
  });
  return finite;
}

}  // namespace

template <class T>
Finite<T> finite_kernels() {
  return {.all = all<T>};
}
template Finite<float> finite_kernels();
template Finite<double> finite_kernels();

}  // namespace deepcore
