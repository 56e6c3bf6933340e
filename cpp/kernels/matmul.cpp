#include "kernels/matmul.h"

#include <algorithm>

#include "base/flush.h"
#include "base/parallel.h"

namespace deepcore {
namespace {

constexpr std::int64_t block_k = 256;

template <class T>
T element(const MatmulArgs<T>& args, std::int64_t i, std::int64_t j) noexcept {
  T sum = 0;
  for (std::int64_t first = 0; first < args.k; first += block_k) {
    T chain = 0;
    const auto last = std::min(args.k, first + block_k);
    for (auto p = first; p < last; ++p) {
      chain = __builtin_fma(args.a[i * args.a_row + p * args.a_col],
                            args.b[p * args.b_row + j * args.b_col], chain);
    }
    sum += chain;
  }
  return sum;
}

template <class T>
void run(const MatmulArgs<T>& args, void*) {
  parallel_for(args.m, 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < args.n; ++j) {
        T& c = args.c[i * args.n + j];
        T value = element(args, i, j);
        if (args.accumulate) value += c;
        if (args.bias) value += args.bias[j];
        if (args.z) args.z[i * args.n + j] = value;
        c = args.activation == Activation::relu && !(value > 0) && value == value ? T{0} : value;
      }
    }
  });
}

}  // namespace

template <class T>
Matmul<T> matmul_kernels() {
  return {.scratch = [](const MatmulArgs<T>&) { return std::int64_t{0}; }, .run = run<T>};
}
template Matmul<float> matmul_kernels();
template Matmul<double> matmul_kernels();

}  // namespace deepcore
