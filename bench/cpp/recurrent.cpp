// Recurrent kernels over whole sequences, named cell/batch x hidden x steps: the recurrent product
// with all that follows it in a step, forward, and forward with backward. The products over all
// steps at once are matmul's.
#include "kernels/recurrent.h"

#include <utility>

#include "base/threads.h"
#include "buffer.h"
#include "level.h"

namespace deepcore::bench {
namespace {

struct RecurrentCase {
  Cell cell;
  const char* kind;
  std::int64_t batch, hidden, steps;

  std::int64_t rows() const noexcept { return batch * steps; }
  std::int64_t sums() const noexcept { return gates_of(cell) * hidden; }
  double flops() const noexcept { return 2.0 * static_cast<double>(rows() * sums() * hidden); }
  std::string name() const {
    std::string name = kind;
    for (const auto& [mark, number] : {std::pair{'/', batch}, {'x', hidden}, {'x', steps}}) {
      name += mark + std::to_string(number);
    }
    return name;
  }
};

constexpr RecurrentCase cases[] = {
    {Cell::lstm, "lstm", 20, 200, 35},    {Cell::lstm, "lstm", 32, 256, 64},
    {Cell::lstm, "lstm", 16, 128, 100},   {Cell::gru, "gru", 32, 128, 50},
    {Cell::rnn_tanh, "rnn", 64, 128, 28}, {Cell::lstm, "lstm", 1, 16, 50},
    {Cell::lstm, "lstm", 1, 64, 50},
};

// The arrays of a case. The kernel leaves gates where it found their sums; the next call takes
// those for sums, which stay as small as random ones.
struct RecurrentArrays {
  explicit RecurrentArrays(const RecurrentCase& c)
      : shape(c),
        weight(buffer(c.sums() * c.hidden, true)),
        bias(buffer(c.hidden, true)),
        gates(buffer(c.rows() * c.sums(), true)),
        dy(buffer(c.rows() * c.hidden, true)),
        dgates(buffer(c.rows() * c.sums())),
        dhidden(buffer(c.rows() * c.sums())),
        states(buffer(4 * c.batch * c.hidden)) {
    for (auto* rows : {&y, &extra, &previous}) *rows = buffer(c.rows() * c.hidden);
    for (std::int64_t t = 0; t <= c.steps; ++t) offsets.push_back(t * c.batch);
  }

  RecurrentArgs<float> forward() const {
    return {.cell = shape.cell,
            .steps = {shape.steps, shape.batch, offsets.data(), false, false},
            .hidden = shape.hidden,
            .width = shape.hidden,
            .weight = values_of(weight),
            .bias_n = shape.cell == Cell::gru ? values_of(bias) : nullptr,
            .gates = values_of(gates),
            .y = values_of(y),
            .extra = values_of(extra),
            .h_n = state(0),
            .c_n = state(1)};
  }
  RecurrentGradientArgs<float> backward() const {
    return {.forward = forward(),
            .dy = values_of(dy),
            .dh_n = nullptr,
            .dgates = values_of(dgates),
            .dhidden = values_of(shape.cell == Cell::gru ? dhidden : dgates),
            .previous = values_of(previous),
            .dh0 = state(2),
            .dc0 = state(3)};
  }
  float* state(std::int64_t i) const { return values_of(states) + i * shape.batch * shape.hidden; }

  RecurrentCase shape;
  Ref<Storage> weight, bias, gates, dy, dgates, dhidden, states, y, extra, previous;
  std::vector<std::int64_t> offsets;
};

void run(benchmark::State& state, const Level& level, bool gradients, const RecurrentCase& c,
         int threads) {
  set_num_threads(threads);
  const RecurrentArrays arrays(c);
  const auto forward = arrays.forward();
  const auto backward = arrays.backward();
  const auto& recurrent = level.kernels->f32.recurrent;
  const Scratch scratch(recurrent.scratch(forward));
  compare(state, level, c.flops() * (gradients ? 2 : 1), threads, [&] {
    recurrent.forward(forward, scratch.data());
    if (gradients) recurrent.backward(backward, scratch.data());
  });
}

}  // namespace

void register_recurrent() {
  for (const auto& level : levels()) {
    for (const bool gradients : {false, true}) {
      for (const auto& c : cases) {
        const std::string form = gradients ? "/all/" : "/forward/";
        add_benchmark("recurrent/" + level.name + form + c.name(),
                      [=, &c, &level](benchmark::State& state, int threads) {
                        run(state, level, gradients, c, threads);
                      });
      }
    }
  }
}

}  // namespace deepcore::bench
