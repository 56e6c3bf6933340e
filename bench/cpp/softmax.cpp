// Softmax along rows: the scores of a large classifier, and of a small one.
#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct Shape {
  std::int64_t rows, n;
};

constexpr Shape shapes[] = {{256, 1000}, {32, 10}};

void run(benchmark::State& state, const Level& level, const std::string& op, Shape s, int threads) {
  set_num_threads(threads);
  const auto size = s.rows * s.n;
  const auto x = buffer(size, true), g = buffer(size, true), y = buffer(size), dx = buffer(size);
  auto *px = values_of(x), *pg = values_of(g), *py = values_of(y), *pdx = values_of(dx);
  const auto& softmax = level.kernels->f32.softmax;
  const auto& eigen = level.peer->arrays;
  const View view{s.rows, s.n, 1};
  softmax.forward(view, px, py);
  if (op == "softmax") {
    compare_with_copy(
        state, 8.0 * size, threads, [&] { softmax.forward(view, px, py); },
        [&] { eigen.softmax(py, px, s.rows, s.n); });
  } else if (op == "log_softmax") {
    compare_with_copy(
        state, 8.0 * size, threads, [&] { softmax.log_forward(view, px, py); },
        [&] { eigen.log_softmax(py, px, s.rows, s.n); });
  } else {
    compare_with_copy(
        state, 12.0 * size, threads, [&] { softmax.backward(view, py, pg, false, pdx); },
        [&] { eigen.softmax_gradient(pdx, py, pg, s.rows, s.n); });
  }
}

}  // namespace

void register_softmax() {
  for (const auto& level : levels()) {
    for (const std::string op : {"softmax", "log_softmax", "softmax_gradient"}) {
      for (const auto& s : shapes) {
        const auto name =
            op + "/" + level.name + "/" + std::to_string(s.rows) + "x" + std::to_string(s.n);
        add_benchmark(name, [=, &level](benchmark::State& state, int threads) {
          run(state, level, op, s, threads);
        });
      }
    }
  }
}

}  // namespace deepcore::bench
