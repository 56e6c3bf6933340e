// 3x3 convolutions: forward, both gradients, and all three, named
// batch x size x channels x outputs.
#include "conv_case.h"

#include <algorithm>

#include "base/threads.h"
#include "level.h"

namespace deepcore::bench {
namespace {

constexpr ConvCase cases[] = {
    {64, 32, 16, 16},  {64, 26, 32, 64, 0}, {64, 16, 32, 32},  {64, 8, 64, 64},
    {32, 32, 64, 128}, {32, 8, 256, 256},   {32, 4, 512, 512}, {32, 2, 512, 512},
};

void run(benchmark::State& state, const Level& level, const std::string& form, const ConvCase& c,
         int threads) {
  set_num_threads(threads);
  const ConvArrays arrays(c);
  const auto forward = arrays.forward(), input = arrays.input_gradient();
  const auto weight = arrays.weight_gradient();
  const auto& conv = level.kernels->f32.conv;
  const Scratch scratch(
      std::max({conv.scratch(forward), conv.scratch(input), conv.weight_scratch(weight)}));
  const bool whole = form == "all";
  compare(state, level, c.flops() * (whole ? 3 : 1), threads, [&] {
    if (whole || form == "forward") conv.run(forward, scratch.data());
    if (whole || form == "input_grad") conv.run(input, scratch.data());
    if (whole || form == "weight_grad") conv.weight_gradient(weight, scratch.data());
  });
}

}  // namespace

void register_conv() {
  for (const auto& level : levels()) {
    for (const std::string form : {"forward", "input_grad", "weight_grad", "all"}) {
      for (const auto& c : cases) {
        add_benchmark("conv/" + level.name + "/" + form + "/" + c.name(),
                      [=, &c, &level](benchmark::State& state, int threads) {
                        run(state, level, form, c, threads);
                      });
      }
    }
  }
}

}  // namespace deepcore::bench
