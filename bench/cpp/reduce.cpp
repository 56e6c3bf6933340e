// Sums along rows (of one long one, too) and down columns.
#include <algorithm>

#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Shape {
  std::int64_t rows, n;
};

constexpr Shape shapes[] = {{1, 4'000'000}, {256, 1000}, {32, 64}};

void run(benchmark::State& state, const Level& level, bool along_rows, Shape s, int threads) {
  set_num_threads(threads);
  const auto x = buffer(s.rows * s.n, true), y = buffer(std::max(s.rows, s.n));
  auto *px = values_of(x), *py = values_of(y);
  const View view = along_rows ? View{s.rows, s.n, 1} : View{1, s.rows, s.n};
  const auto& reduce = level.kernels->f32.reduce;
  const auto peer = along_rows ? level.peer->arrays.sum_rows : level.peer->arrays.sum_columns;
  const Scratch scratch(reduce.scratch(view));
  compare_with_copy(
      state, 4.0 * s.rows * s.n, threads,
      [&] { reduce.sum(view, px, 1.0f, false, py, scratch.data()); },
      [&] { peer(py, px, s.rows, s.n); });
}

}  // namespace

void register_reduce() {
  for (const auto& level : levels()) {
    for (bool along_rows : {true, false}) {
      for (const auto& s : shapes) {
        if (s.rows == 1 && !along_rows) continue;  // there is nothing to add
        const auto name = std::string(along_rows ? "sum_rows/" : "sum_columns/") + level.name +
                          "/" + std::to_string(s.rows) + "x" + std::to_string(s.n);
        add_benchmark(name, [=, &level](benchmark::State& state, int threads) {
          run(state, level, along_rows, s, threads);
        });
      }
    }
  }
}

}  // namespace deepcore::bench
