// Long reductions: a fixed block at a time, the blocks' states merged pairwise in one fixed tree,
// so that neither the number of threads nor the number of rows changes a bit.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/parallel.h"

namespace deepcore {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// state = leaf(first) merged with ... leaf(last - 1); the left side is the largest power of two.
template <class State, class Leaf, class Merge>
void merge_blocks(State& state, std::int64_t first, std::int64_t last, const Leaf& leaf,
                  const Merge& merge) {
  if (last - first <= 1) return leaf(first, state);
  const auto left = static_cast<std::int64_t>(std::bit_floor(std::uint64_t(last - first - 1)));
  State right;
  merge_blocks(state, first, first + left, leaf, merge);
  merge_blocks(right, first + left, last, leaf, merge);
  merge(state, right);
}

// Blocks that one thread takes at a time: a power of two, so that a span is a whole subtree.
inline constexpr std::int64_t span_blocks = 16;

// How `units` independent results (rows, or tiles of columns) are each reduced over n elements.
template <class Policy>
struct Blocks {
  using State = typename Policy::State;
  std::int64_t units, n;

  std::int64_t count() const { return std::max<std::int64_t>(1, ceil_div(n, Policy::block)); }
  std::int64_t spans() const { return ceil_div(count(), span_blocks); }
  std::int64_t scratch() const {
    return spans() == 1 ? 0 : units * spans() * static_cast<std::int64_t>(sizeof(State));
  }

  // A policy has State, block, leaf(unit, begin, end, state), merge(unit, state, other) and
  // done(unit, state).
  void run(const Policy& policy, std::int64_t bytes_a_unit, void* scratch) const {
    if (spans() == 1) {
      parallel_for(units, grain_of(grain_bytes, bytes_a_unit), [&](auto begin, auto end) {
        for (auto unit = begin; unit < end; ++unit) {
          State state;
          run_span(policy, unit, 0, state);
          policy.done(unit, state);
        }
      });
    } else {
      run_spans(policy, bytes_a_unit / spans(), static_cast<State*>(scratch));
    }
  }

 private:
  void run_span(const Policy& policy, std::int64_t unit, std::int64_t span, State& state) const {
    const auto first = span * span_blocks, last = std::min(count(), first + span_blocks);
    merge_blocks(
        state, first, last,
        [&](auto block, State& s) {
          const auto begin = block * Policy::block;
          policy.leaf(unit, begin, std::min(n, begin + Policy::block), s);
        },
        [&](State& a, const State& b) { policy.merge(unit, a, b); });
  }

  void run_spans(const Policy& policy, std::int64_t bytes_a_span, State* states) const {
    const auto grain = grain_of(grain_bytes, bytes_a_span);
    parallel_for(units * spans(), grain, [&](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) run_span(policy, i / spans(), i % spans(), states[i]);
    });
    for (std::int64_t unit = 0; unit < units; ++unit) {
      State state;
      merge_blocks(
          state, 0, spans(), [&](auto span, State& s) { s = states[unit * spans() + span]; },
          [&](State& a, const State& b) { policy.merge(unit, a, b); });
      policy.done(unit, state);
    }
  }
};

}  // namespace deepcore
