// Element-wise ops on arrays that fit into a core's own cache, and on one that no cache holds.
#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Op {
  const char* name;
  int inputs;
  void (*ours)(const Kernels& kernels, float* y, const float* a, const float* b, std::int64_t n);
  void (*eigen)(const EigenArrays& eigen, float* y, const float* a, const float* b, std::int64_t n);
};

void run_map(const Kernels& kernels, Map map, std::initializer_list<const float*> inputs, float* y,
             std::int64_t n) {
  const std::byte* x[2];
  int count = 0;
  for (const auto* input : inputs) x[count++] = reinterpret_cast<const std::byte*>(input);
  const auto shape = count == 1 ? Broadcast::flat(n, {4}) : Broadcast::flat(n, {4, 4});
  kernels.elementwise.run(map, shape, reinterpret_cast<std::byte*>(y), 4, x, false);
}

template <Unary op, auto peer>
constexpr Op unary(const char* name) {
  return {name, 1,
          [](const Kernels& k, float* y, const float* a, const float*, std::int64_t n) {
            run_map(k, k.elementwise.unary(op, Dtype::float32), {a}, y, n);
          },
          [](const EigenArrays& e, float* y, const float* a, const float*, std::int64_t n) {
            (e.*peer)(y, a, n);
          }};
}

template <Binary op, auto peer>
constexpr Op binary(const char* name) {
  return {name, 2,
          [](const Kernels& k, float* y, const float* a, const float* b, std::int64_t n) {
            run_map(k, k.elementwise.binary(op, Dtype::float32), {a, b}, y, n);
          },
          [](const EigenArrays& e, float* y, const float* a, const float* b, std::int64_t n) {
            (e.*peer)(y, a, b, n);
          }};
}

template <Activation activation, auto peer>
constexpr Op activate(const char* name) {
  return {name, 1,
          [](const Kernels& k, float* y, const float* a, const float*, std::int64_t n) {
            k.f32.activation.forward(y, a, n, activation, 0);
          },
          [](const EigenArrays& e, float* y, const float* a, const float*, std::int64_t n) {
            (e.*peer)(y, a, n);
          }};
}

constexpr Op ops[] = {
    binary<Binary::add, &EigenArrays::add>("add"),
    binary<Binary::mul, &EigenArrays::mul>("mul"),
    binary<Binary::div, &EigenArrays::div>("div"),
    unary<Unary::sqrt, &EigenArrays::sqrt>("sqrt"),
    unary<Unary::exp, &EigenArrays::exp>("exp"),
    unary<Unary::log, &EigenArrays::log>("log"),
    activate<Activation::relu, &EigenArrays::relu>("relu"),
    activate<Activation::sigmoid, &EigenArrays::sigmoid>("sigmoid"),
    activate<Activation::tanh, &EigenArrays::tanh>("tanh"),
};

void run(benchmark::State& state, const Level& level, const Op& op, std::int64_t n, int threads) {
  set_num_threads(threads);
  const auto a = buffer(n, true), b = buffer(n, true), y = buffer(n);
  auto *pa = values_of(a), *pb = values_of(b), *py = values_of(y);
  for (std::int64_t i = 0; i < n; ++i) pa[i] += 2;  // sqrt and log want positive numbers
  compare_with_copy(
      state, 4.0 * n * (op.inputs + 1), threads, [&] { op.ours(*level.kernels, py, pa, pb, n); },
      [&] { op.eigen(level.peer->arrays, py, pa, pb, n); });
}

}  // namespace

void register_elementwise() {
  for (const auto& level : levels()) {
    for (const auto& op : ops) {
      for (std::int64_t n : {1'000, 100'000, 4'000'000}) {
        const auto name = std::string(op.name) + "/" + level.name + "/" + std::to_string(n);
        add_benchmark(name, [=, &level, &op](benchmark::State& state, int threads) {
          run(state, level, op, n, threads);
        });
      }
    }
  }
}

}  // namespace deepcore::bench
