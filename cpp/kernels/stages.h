// Work on independent units in three stages: parts of a unit are reduced, the unit is concluded,
// its runs are mapped. Every stage writes what the next one reads, so that how units and parts are
// spread over threads changes no bit.
#pragma once

#include "base/flush.h"
#include "base/parallel.h"

namespace deepcore {

struct Stages {
  std::int64_t units, parts, runs;  // parts and runs of each unit
  std::int64_t unit_bytes;

  // Calls part(unit, p), then whole(unit), then map(unit, first, last) for its runs.
  template <class Part, class Whole, class Map>
  void run(const Part& part, const Whole& whole, const Map& map) const {
    // A unit in one go is still in the cache when it is mapped, if there are units for everybody.
    if (num_threads() == 1 || units >= 4 * num_threads()) {
      return over(units, unit_bytes, [&](auto unit) {
        for (std::int64_t p = 0; p < parts; ++p) part(unit, p);
        whole(unit);
        map(unit, std::int64_t{0}, runs);
      });
    }
    over(units * parts, unit_bytes / parts, [&](auto i) { part(i / parts, i % parts); });
    over(units, runs, whole);
    over(units * runs, unit_bytes / runs, [&](auto i) { map(i / runs, i % runs, i % runs + 1); });
  }

  template <class F>
  static void over(std::int64_t n, std::int64_t bytes, const F& f) {
    parallel_for(n, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
      const FlushToZero flush;
      for (auto i = begin; i < end; ++i) f(i);
    });
  }
};

}  // namespace deepcore
