// What fusion gains: a dense layer with its activation in the epilogue of the product, against the
// product and a pass of its own for the activation. Both must give the same bits.
#include <cstring>

#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Shape {
  std::int64_t rows, in, out;
};

constexpr Shape shapes[] = {{128, 784, 128}, {256, 1024, 2048}, {32, 64, 32}};

// Seconds of both in turn, and their ratio.
void compare(benchmark::State& state, int threads, const std::function<void()>& one,
             const std::function<void()>& two) {
  std::vector<double> gain;
  for (auto _ : state) {
    const double fused = time_of(one, 2e-3, threads);
    state.SetIterationTime(fused);
    gain.push_back(time_of(two, 2e-3, threads) / fused);
  }
  state.counters["gain"] = median(gain);
}

void run(benchmark::State& state, const Level& level, Activation activation, Shape s, int threads) {
  set_num_threads(threads);
  const auto x = buffer(s.rows * s.in, true), w = buffer(s.out * s.in, true);
  const auto bias = buffer(s.out, true);
  const auto size = s.rows * s.out;
  const auto fused = buffer(size), z = buffer(size), y = buffer(size);
  const auto& f32 = level.kernels->f32;
  MatmulArgs<float> product{.m = s.rows,
                            .n = s.out,
                            .k = s.in,
                            .a = values_of(x),
                            .a_row = s.in,
                            .a_col = 1,
                            .b = values_of(w),
                            .b_row = 1,
                            .b_col = s.in,
                            .c = values_of(z),
                            .bias = values_of(bias)};
  auto whole = product;
  whole.c = values_of(fused);
  whole.activation = activation;
  const Scratch scratch(f32.matmul.scratch(whole));
  const auto one = [&] { f32.matmul.run(whole, scratch.data()); };
  const auto two = [&] {
    f32.matmul.run(product, scratch.data());
    f32.activation.forward(values_of(y), values_of(z), size, activation, 0);
  };
  one();
  two();
  if (std::memcmp(values_of(fused), values_of(y), size * sizeof(float)) != 0) {
    return state.SkipWithError("the bits of the fused layer differ");
  }
  compare(state, threads, one, two);
}

}  // namespace

void register_fusion() {
  for (const auto& level : levels()) {
    for (const auto& [name, activation] :
         {std::pair{"relu", Activation::relu}, {"tanh", Activation::tanh}}) {
      for (const auto& s : shapes) {
        const auto full = "linear_" + std::string(name) + "/" + level.name + "/" +
                          std::to_string(s.rows) + "x" + std::to_string(s.in) + "x" +
                          std::to_string(s.out);
        add_benchmark(full,
                      [=, activation = activation, &level](benchmark::State& state, int threads) {
                        run(state, level, activation, s, threads);
                      });
      }
    }
  }
}

}  // namespace deepcore::bench
