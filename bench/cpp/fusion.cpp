// What fusion gains: a dense layer or a convolution with its activation in the epilogue, against
// the product and a pass of its own for the activation. Both must give the same bits.
#include <cstring>

#include "base/threads.h"
#include "buffer.h"
#include "conv_case.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Shape {
  std::int64_t rows, in, out;
};

constexpr Shape shapes[] = {{128, 784, 128}, {256, 1024, 2048}, {32, 64, 32}};

constexpr ConvCase convolutions[] = {{64, 26, 32, 64, 0}, {64, 32, 16, 16}, {32, 8, 256, 256}};

// Seconds of both in turn, and their ratio.
void compare(benchmark::State& state, int threads, const std::function<void()>& one,
             const std::function<void()>& two, const Ref<Storage>& fused, const Ref<Storage>& y) {
  one();
  two();
  if (std::memcmp(fused->data(), y->data(), static_cast<std::size_t>(y->bytes())) != 0) {
    return state.SkipWithError("the bits of the fused layer differ");
  }
  std::vector<double> gain;
  for (auto _ : state) {
    const double fused = time_of(one, 2e-3, threads);
    state.SetIterationTime(fused);
    gain.push_back(time_of(two, 2e-3, threads) / fused);
  }
  state.counters["gain"] = median(gain);
}

void run_linear(benchmark::State& state, const Level& level, Activation activation, Shape s,
                int threads) {
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
  compare(state, threads, one, two, fused, y);
}

void run_conv(benchmark::State& state, const Level& level, Activation activation, const ConvCase& c,
              int threads) {
  set_num_threads(threads);
  const ConvArrays arrays(c);
  const auto fused = buffer(c.to_size()), y = buffer(c.to_size());
  const auto& f32 = level.kernels->f32;
  const auto product = arrays.forward();
  auto whole = product;
  whole.to = values_of(fused);
  whole.activation = activation;
  const Scratch scratch(f32.conv.scratch(whole));
  const auto one = [&] { f32.conv.run(whole, scratch.data()); };
  const auto two = [&] {
    f32.conv.run(product, scratch.data());
    f32.activation.forward(values_of(y), product.to, c.to_size(), activation, 0);
  };
  compare(state, threads, one, two, fused, y);
}

}  // namespace

void register_fusion() {
  using State = benchmark::State;
  for (const auto& level : levels()) {
    for (const auto& [name, activation] :
         {std::pair{"relu", Activation::relu}, {"tanh", Activation::tanh}}) {
      const auto after = std::string(name) + "/" + level.name + "/";
      for (const auto& s : shapes) {
        const auto sizes =
            std::to_string(s.rows) + "x" + std::to_string(s.in) + "x" + std::to_string(s.out);
        add_benchmark("linear_" + after + sizes,
                      [=, activation = activation, &level](State& state, int threads) {
                        run_linear(state, level, activation, s, threads);
                      });
      }
      for (const auto& c : convolutions) {
        add_benchmark("conv_" + after + c.name(),
                      [=, activation = activation, &level, &c](State& state, int threads) {
                        run_conv(state, level, activation, c, threads);
                      });
      }
    }
  }
}

}  // namespace deepcore::bench
