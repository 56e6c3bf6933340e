#include "kernels/integer_sum.h"

namespace deepcore {
namespace {

// Unsigned, because a sum that leaves int64 wraps, as in PyTorch and NumPy.
template <class T>
std::int64_t sum_row(const T* x, std::int64_t n) noexcept {
  std::uint64_t sum = 0;
  for (std::int64_t j = 0; j < n; ++j) sum += static_cast<std::uint64_t>(x[j]);
  return static_cast<std::int64_t>(sum);
}

template <class T>
void add_row(const T* __restrict x, std::int64_t n, std::int64_t* __restrict y) noexcept {
  for (std::int64_t i = 0; i < n; ++i) {
    y[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(y[i]) +
                                     static_cast<std::uint64_t>(x[i]));
  }
}

template <class T>
void run(const View& view, const T* x, std::int64_t* y) {
  const auto size = view.n * view.inner;
  const auto grain = grain_of(grain_bytes, size * std::int64_t{sizeof(T)});
  parallel_for(view.outer, grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto o = begin; o < end; ++o) {
      if (view.inner == 1) {
        y[o] = sum_row(x + o * size, view.n);
        continue;
      }
      std::fill(y + o * view.inner, y + (o + 1) * view.inner, 0);
      for (std::int64_t j = 0; j < view.n; ++j) {
        add_row(x + o * size + j * view.inner, view.inner, y + o * view.inner);
      }
    }
  });
}

}  // namespace

template <class T>
IntegerSum<T> integer_sum_kernels() {
  return {.run = run<T>};
}
template IntegerSum<std::int64_t> integer_sum_kernels();
template IntegerSum<std::uint8_t> integer_sum_kernels();

}  // namespace deepcore
