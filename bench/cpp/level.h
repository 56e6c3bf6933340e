// The levels under test, and bursts in turn: a kernel's time is worth something only beside a peak
// taken in the same moment, because clocks and neighbours change within seconds.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "peer.h"

namespace deepcore::bench {

struct Level {
  std::string name;
  const Kernels* kernels;
  const Peer* peer;
};

// The levels that are built beside this program and that this processor runs.
const std::vector<Level>& levels();

// Seconds a call of `work` takes, over at least `seconds` of calls. One thread's own time, so that
// other processes do not count; wall time where more threads take part.
double time_of(const std::function<void()>& work, double seconds, int threads);

double median(std::vector<double> values);

// Runs ours, the peak and Eigen's, if there is one, in turn, once an iteration, and reports
// GFLOP/s, the share of the peak and the ratio.
void compare(benchmark::State& state, const Level& level, double flops, int threads,
             const std::function<void()>& ours, const std::function<void()>& eigen = {});

// The same for work that memory bounds: the share is of copying as many bytes, `bytes` being those
// read and written.
void compare_with_copy(benchmark::State& state, double bytes, int threads,
                       const std::function<void()>& ours, const std::function<void()>& eigen);

// Registers `run` under the name with "/threads:n", once for each number of threads.
void add_benchmark(const std::string& name,
                   const std::function<void(benchmark::State&, int threads)>& run);

void register_conv();
void register_elementwise();
void register_fusion();
void register_matmul();
void register_optim();
void register_recurrent();
void register_reduce();
void register_softmax();

}  // namespace deepcore::bench
