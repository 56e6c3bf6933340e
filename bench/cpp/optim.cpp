// Adam's update of one large parameter, of the six of a small network, and of sizes between.
#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

constexpr AdamStep<float> step = {1e-3f, 1.0f, 0.9f, 0.1f, 0.999f, 1e-3f, 1e-8f, 1.0f, 0.0f, 1.0f};

struct Parameters {
  std::string name;
  std::vector<std::int64_t> sizes;
};

const Parameters shapes[] = {
    {"8.4M", {8'400'000}},
    {"1M", {1'000'000}},
    {"784-128-64-10", {784 * 128, 128, 128 * 64, 64, 640, 10}},
    {"20-64-32-10", {20 * 64, 64, 64 * 32, 32, 320, 10}},
};

void run(benchmark::State& state, const Level& level, const Parameters& shape, int threads) {
  set_num_threads(threads);
  std::int64_t total = 0;
  for (const auto size : shape.sizes) total += size;
  const auto p = buffer(total, true), g = buffer(total, true), m = buffer(total), v = buffer(total);
  std::vector<Update<AdamStep<float>, float>> updates;
  std::int64_t at = 0;
  for (const auto size : shape.sizes) {
    updates.push_back({values_of(p) + at,
                       values_of(g) + at,
                       {values_of(m) + at, values_of(v) + at, nullptr},
                       size,
                       step});
    at += size;
  }
  const auto& optim = level.kernels->f32.optim;
  compare_with_copy(
      state, 28.0 * total, threads, [&] { optim.adam(updates.data(), std::ssize(updates)); },
      [&] {
        for (const auto& update : updates) level.peer->adam(update);
      });
}

}  // namespace

void register_optim() {
  for (const auto& level : levels()) {
    for (const auto& shape : shapes) {
      add_benchmark(
          "adam/" + level.name + "/" + shape.name,
          [&](benchmark::State& state, int threads) { run(state, level, shape, threads); });
    }
  }
}

}  // namespace deepcore::bench
