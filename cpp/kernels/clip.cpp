#include "kernels/clip.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"

namespace deepcore {
namespace {

constexpr std::int64_t block = 4096;
constexpr int chains = 16;  // sums side by side, whatever the level

std::int64_t blocks_of(std::int64_t n) {
  return (n + block - 1) / block;
}

double larger(double a, double b) noexcept {
  return b > a || b != b ? b : a;
}

// Element j of a block goes to chain j mod 16; the chains are combined in a fixed tree.
template <class T, class Term, class Combine>
double fold(const T* x, std::int64_t n, const Term& term, const Combine& combine) noexcept {
  double chain[chains] = {};
  std::int64_t i = 0;
  for (; i + chains <= n; i += chains) {
    for (int c = 0; c < chains; ++c) {
      chain[c] = combine(chain[c], term(static_cast<double>(x[i + c])));
    }
  }
  for (int c = 0; i < n; ++i, ++c) chain[c] = combine(chain[c], term(static_cast<double>(x[i])));
  for (int half = chains / 2; half > 0; half /= 2) {
    for (int c = 0; c < half; ++c) chain[c] = combine(chain[c], chain[c + half]);
  }
  return chain[0];
}

template <class T>
double block_power_sum(const T* x, std::int64_t n, double p) noexcept {
  const auto plus = [](double a, double b) { return a + b; };
  if (std::isinf(p))
    return fold(
        x, n, [](double v) { return std::fabs(v); }, larger);
  if (p == 2)
    return fold(
        x, n, [](double v) { return v * v; }, plus);
  if (p == 1)
    return fold(
        x, n, [](double v) { return std::fabs(v); }, plus);
  return fold(
      x, n, [=](double v) { return std::pow(std::fabs(v), p); }, plus);
}

template <class T>
double power_sum(const T* x, std::int64_t n, double p, double* partial) {
  constexpr auto grain = grain_of(grain_bytes, block * sizeof(T));
  parallel_for(blocks_of(n), grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto b = begin; b < end; ++b) {
      partial[b] = block_power_sum(x + b * block, std::min(block, n - b * block), p);
    }
  });
  double sum = 0;
  for (std::int64_t b = 0; b < blocks_of(n); ++b) {
    sum = std::isinf(p) ? larger(sum, partial[b]) : sum + partial[b];
  }
  return sum;
}

template <class T>
void scale(T* x, std::int64_t n, T factor) {
  constexpr auto grain = grain_of(grain_bytes, 2 * sizeof(T));
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) x[i] *= factor;
  });
}

}  // namespace

template <class T>
Clip<T> clip_kernels() {
  return {.scratch = blocks_of, .power_sum = power_sum<T>, .scale = scale<T>};
}
template Clip<float> clip_kernels();
template Clip<double> clip_kernels();

}  // namespace deepcore
