// parallel_for: the one place that opens a parallel region.
//
// The range 0 ... n is cut into one piece a thread, each at least `grain` long, so what a piece
// computes must not depend on where it begins: outputs are split, never a sum.
#pragma once

#include <cstdint>
#include <type_traits>

namespace deepcore {

using RangeFunction = void (*)(const void* body, std::int64_t begin, std::int64_t end);

// Runs function(body, begin, end) over pieces of 0 ... n; what a piece throws is rethrown here.
// Serial inside another parallel region, in a forked child, and where n makes fewer than two
// grains.
void parallel_run(std::int64_t n, std::int64_t grain, RangeFunction function, const void* body);

// The threads a region may use from the calling thread.
int num_threads() noexcept;

template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, const F& body) {
  if (n <= 0) return;
  if (n <= grain) return body(std::int64_t{0}, n);
  parallel_run(
      n, grain,
      [](const void* f, std::int64_t begin, std::int64_t end) {
        (*static_cast<const F*>(f))(begin, end);
      },
      &body);
}

// Grains: work below which a second thread costs more than it brings, while it still spins from the
// region before; waking one that sleeps takes about 30 us (measured on a 2-core server).
inline constexpr std::int64_t grain_flops = 200'000;
inline constexpr std::int64_t grain_bytes = 64 * 1024;

// The number of items, each of `cost` flops or bytes, that make a grain.
constexpr std::int64_t grain_of(std::int64_t grain, std::int64_t cost) {
  return cost <= 0 ? grain : (grain + cost - 1) / cost;
}

}  // namespace deepcore
