// The three products of a dense layer with `rows` rows, `in` and `out` features, named
// rows x in x out.
#include <algorithm>

#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Shape {
  std::int64_t rows, in, out;
};

constexpr Shape shapes[] = {
    {64, 64, 64},      {128, 128, 128},   {256, 256, 256},   {512, 512, 512},   {1024, 1024, 1024},
    {128, 784, 128},   {256, 1024, 2048}, {256, 2048, 2048}, {256, 2048, 1000}, {64, 1024, 1024},
    {20, 200, 800},    {20, 1024, 1024},  {4, 200, 800},     {4, 1024, 1024},   {64, 8192, 64},
    {128, 16384, 128}, {32, 20, 64},      {32, 64, 32},      {32, 32, 10},      {128, 64, 10},
    {1, 784, 128},     {1, 1024, 1024},
};

MatmulArgs<float> arguments(const std::string& form, Shape s, const float* a, const float* b,
                            const float* bias, float* c) {
  MatmulArgs<float> args{};
  args.a = a;
  args.b = b;
  args.c = c;
  if (form == "forward") {  // relu(x W^T + bias)
    args.m = s.rows, args.n = s.out, args.k = s.in;
    args.a_row = s.in, args.a_col = 1, args.b_row = 1, args.b_col = s.in;
    args.bias = bias;
    args.activation = Activation::relu;
  } else if (form == "input_grad") {  // dz W
    args.m = s.rows, args.n = s.in, args.k = s.out;
    args.a_row = s.out, args.a_col = 1, args.b_row = s.in, args.b_col = 1;
  } else {  // dz^T x
    args.m = s.out, args.n = s.in, args.k = s.rows;
    args.a_row = 1, args.a_col = s.out, args.b_row = s.in, args.b_col = 1;
  }
  return args;
}

void run(benchmark::State& state, const Level& level, const std::string& form, Shape s,
         int threads) {
  set_num_threads(threads);
  const auto most = std::max({s.rows * s.in, s.rows * s.out, s.in * s.out});
  const auto a = buffer(most, true), b = buffer(most, true), bias = buffer(most, true);
  const auto c = buffer(most);
  const auto args = arguments(form, s, values_of(a), values_of(b), values_of(bias), values_of(c));
  const auto& matmul = level.kernels->f32.matmul;
  const Scratch scratch(matmul.scratch(args));
  compare(
      state, level, 2.0 * s.rows * s.in * s.out, threads, [&] { matmul.run(args, scratch.data()); },
      [&] { level.peer->matmul(args); });
}

}  // namespace

void register_matmul() {
  for (const auto& level : levels()) {
    for (const std::string form : {"forward", "input_grad", "weight_grad"}) {
      for (const auto& s : shapes) {
        const auto name = "matmul/" + level.name + "/" + form + "/" + std::to_string(s.rows) + "x" +
                          std::to_string(s.in) + "x" + std::to_string(s.out);
        add_benchmark(name, [=, &level](benchmark::State& state, int threads) {
          run(state, level, form, s, threads);
        });
      }
    }
  }
}

}  // namespace deepcore::bench
