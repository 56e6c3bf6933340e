#include "level.h"

#include <time.h>

#include <algorithm>
#include <cstring>

#include "base/cpu.h"
#include "base/error.h"
#include "base/parallel.h"
#include "buffer.h"

namespace deepcore::bench {
namespace {

double now(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

Level open_level(const std::string& folder, const std::string& name) {
  std::string file = name;
  std::replace(file.begin(), file.end(), '-', '_');
  using Entry = const Peer* (*)();
  const auto entry =
      reinterpret_cast<Entry>(open_symbol(folder + "/_bench_" + file + ".so", "deepcore_peer"));
  return {name, &open_kernels(folder, name), entry()};
}

}  // namespace

const std::vector<Level>& levels() {
  static const auto opened = [] {
    const auto folder = library_folder();
    const auto installed = installed_levels(folder);
    std::vector<Level> list;
    for (const auto& name : supported_levels()) {
      if (std::find(installed.begin(), installed.end(), name) == installed.end()) continue;
      list.push_back(open_level(folder, name));
    }
    return list;
  }();
  return opened;
}

double time_of(const std::function<void()>& work, double seconds, int threads) {
  const clockid_t clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  // Reading the clock costs 0.4 us: calls double until a burst is long enough.
  for (long calls = 1;; calls *= 2) {
    const double start = now(clock);
    for (long i = 0; i < calls; ++i) work();
    const double took = now(clock) - start;
    if (took >= seconds) return took / static_cast<double>(calls);
  }
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(benchmark::State& state, const Level& level, double flops, int threads,
             const std::function<void()>& ours, const std::function<void()>& eigen) {
  std::vector<double> rate, share, ratio;
  const auto peak = [&] {
    constexpr long steps = 20'000;
    const double seconds = time_of([&] { level.peer->peak(steps); }, 5e-4, 1);
    return level.peer->peak(1) * steps / seconds;
  };
  ours();
  for (auto _ : state) {
    const double before = peak();
    const double seconds = time_of(ours, 2e-3, threads);
    const double best = std::max(before, peak()) * threads;
    state.SetIterationTime(seconds);
    rate.push_back(flops / seconds);
    share.push_back(100 * flops / seconds / best);
    if (eigen) ratio.push_back(time_of(eigen, 2e-3, 1) / seconds);
  }
  state.counters["GFLOP/s"] = 1e-9 * median(rate);
  state.counters["peak%"] = median(share);
  if (eigen) state.counters["Eigen*"] = median(ratio);
}

void compare_with_copy(benchmark::State& state, double bytes, int threads,
                       const std::function<void()>& ours, const std::function<void()>& eigen) {
  std::vector<double> rate, share, ratio;
  const auto half = static_cast<std::int64_t>(bytes / 2);
  const auto from = buffer(half / 4 + 1), to = buffer(half / 4 + 1);
  const auto copy = [&] {
    parallel_for(half, grain_bytes, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(to->data() + begin, from->data() + begin, static_cast<std::size_t>(end - begin));
    });
  };
  ours();
  for (auto _ : state) {
    const double before = time_of(copy, 2e-3, threads);
    const double seconds = time_of(ours, 2e-3, threads);
    const double best = std::min(before, time_of(copy, 2e-3, threads));
    state.SetIterationTime(seconds);
    rate.push_back(bytes / seconds);
    share.push_back(100 * best / seconds);
    ratio.push_back(time_of(eigen, 2e-3, 1) / seconds);
  }
  state.counters["GB/s"] = 1e-9 * median(rate);
  state.counters["copy%"] = median(share);
  state.counters["Eigen*"] = median(ratio);
}

void add_benchmark(const std::string& name,
                   const std::function<void(benchmark::State&, int threads)>& run) {
  for (int threads : {1, 2}) {
    const auto full = name + "/threads:" + std::to_string(threads);
    benchmark::RegisterBenchmark(full.c_str(),
                                 [=](benchmark::State& state) { run(state, threads); })
        ->Iterations(15)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace deepcore::bench
