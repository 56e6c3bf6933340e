#include "kernels/norm.h"

#include <cstddef>

#include "kernels/norm_columns.h"
#include "kernels/reduce.h"
#include "kernels/runs.h"
#include "kernels/stages.h"

namespace deepcore {
namespace {

// Where the sets of a shape lie.
struct Sets {
  NormShape shape;
  std::int64_t runs_a_set;

  explicit Sets(const NormShape& shape) noexcept
      : shape(shape), runs_a_set(shape.groups ? shape.channels / shape.groups : shape.batch) {}

  Runs runs(std::int64_t set) const noexcept {
    const auto length = shape.length;
    if (shape.groups) return {set * runs_a_set * length, length, runs_a_set, length};
    return {set * length, shape.channels * length, runs_a_set, length};
  }
  std::int64_t channel(std::int64_t set, std::int64_t run) const noexcept {
    return shape.groups ? set % shape.groups * runs_a_set + run : set;
  }
  // Spans of blocks, each a whole subtree of those that are merged.
  std::int64_t spans() const noexcept { return ceil_div(runs(0).blocks(), span_blocks); }
  std::int64_t set_bytes(std::int64_t element) const noexcept {
    return runs(0).elements() * element;
  }
};

template <class State, class Leaf>
State merge_span(const Runs& runs, std::int64_t span, const Leaf& leaf) {
  State state;
  const auto first = span * span_blocks, last = std::min(runs.blocks(), first + span_blocks);
  merge_blocks(
      state, first, last, [&](auto b, State& s) { s = leaf(runs.block(b)); },
      [](State& a, const State& b) { a.merge(b); });
  return state;
}

template <class State>
State merge_spans(const State* states, std::int64_t count) {
  State state;
  merge_blocks(
      state, 0, count, [&](auto i, State& s) { s = states[i]; },
      [](State& a, const State& b) { a.merge(b); });
  return state;
}

// Calls call(offset, normalizer) for the runs first ... last - 1 of a set.
template <class T, class Call>
void for_runs(const NormArgs<T>& a, const Sets& sets, std::int64_t set, std::int64_t first,
              std::int64_t last, const Call& call) {
  const auto runs = sets.runs(set);
  const T inverse = inverse_deviation(a, set);
  for (auto run = first; run < last; ++run) {
    call(runs.first + run * runs.stride, normalizer(a, set, inverse, sets.channel(set, run)));
  }
}

template <Epilogue epilogue, class T>
void forward(const NormArgs<T>& a, T* y, void* scratch) {
  const Sets sets(a.shape);
  const auto spans = sets.spans();
  auto* states = static_cast<Moments<T>*>(scratch);
  const Stages stages{a.shape.sets(), spans, sets.runs_a_set, 3 * sets.set_bytes(sizeof(T))};
  stages.run(
      [&](auto set, auto span) {
        states[set * spans + span] = merge_span<Moments<T>>(
            sets.runs(set), span, [&](const Runs& block) { return moments_of_block(a.x, block); });
      },
      [&](auto set) {
        const auto moments = merge_spans(states + set * spans, spans);
        a.mean[set] = moments.mean;
        a.variance[set] = moments.squares / moments.count;
      },
      [&](auto set, auto first, auto last) {
        for_runs(a, sets, set, first, last, [&](auto at, Normalizer<T> by) {
          normalize_run<epilogue>(a, at, a.shape.length, by, y);
        });
      });
}

template <Epilogue epilogue, class T>
void apply(const NormArgs<T>& a, T* y, void* scratch) {
  const auto channels = a.shape.channels, length = a.shape.length;
  auto* by = static_cast<Normalizer<T>*>(scratch);
  for (std::int64_t c = 0; c < channels; ++c) {
    by[c] = normalizer(a, c, inverse_deviation(a, c), c);
  }
  Stages::over(a.shape.batch * channels, 2 * length * std::int64_t{sizeof(T)}, [&](auto run) {
    normalize_run<epilogue>(a, run * length, length, by[run % channels], y);
  });
}

template <Epilogue epilogue, class T>
void map_gradient(const NormGradientArgs<T>& g, const Sets& sets, std::int64_t set,
                  std::int64_t first, std::int64_t last, const GradientMap<T>& map) {
  if (!g.dx) return;
  for_runs(g.forward, sets, set, first, last, [&](auto at, Normalizer<T> by) {
    gradient_run<epilogue>(g, at, sets.shape.length, by, map);
  });
}

template <Epilogue epilogue, class T>
void batch_backward(const NormGradientArgs<T>& g, void* scratch) {
  const auto& a = g.forward;
  const Sets sets(a.shape);
  const auto spans = sets.spans(), channels = a.shape.channels;
  const auto n = static_cast<T>(sets.runs(0).elements());
  auto* states = static_cast<GradientSums<T>*>(scratch);
  auto* maps = reinterpret_cast<GradientMap<T>*>(states + channels * spans);
  const Stages stages{channels, spans, sets.runs_a_set, 5 * sets.set_bytes(sizeof(T))};
  stages.run(
      [&](auto c, auto span) {
        const auto by = normalizer(a, c, inverse_deviation(a, c), c);
        states[c * spans + span] = merge_span<GradientSums<T>>(
            sets.runs(c), span,
            [&](const Runs& block) { return gradient_sums_of_block<epilogue>(g, block, by); });
      },
      [&](auto c) {
        const auto sums = merge_spans(states + c * spans, spans);
        g.sums[c] = sums.centered * inverse_deviation(a, c);
        g.sums[channels + c] = sums.plain;
        const T weight = a.weight ? a.weight[c] : T{1};
        maps[c] = gradient_map(g, c, n, weight * g.sums[channels + c], weight * g.sums[c]);
      },
      [&](auto c, auto first, auto last) {
        map_gradient<epilogue>(g, sets, c, first, last, maps[c]);
      });
}

template <class T>
void group_backward(const NormGradientArgs<T>& g, void* scratch) {
  const auto& a = g.forward;
  const Sets sets(a.shape);
  const auto runs = sets.runs_a_set, channels = a.shape.channels, batch = a.shape.batch;
  const auto n = static_cast<T>(sets.runs(0).elements());
  const View over_batch{1, batch, channels};
  const auto reduce = reduce_kernels<T>();
  auto* rest = static_cast<std::byte*>(scratch) + reduce.scratch(over_batch);
  auto* maps = reinterpret_cast<GradientMap<T>*>(rest);
  // Of each image and channel, the share in the gradients of its weight and bias.
  T* normalized = reinterpret_cast<T*>(maps + a.shape.sets());
  T* plain = normalized + batch * channels;
  const Stages stages{a.shape.sets(), runs, runs, 5 * sets.set_bytes(sizeof(T))};
  stages.run(
      [&](auto set, auto run) {
        const auto all = sets.runs(set);
        const Runs one{all.first + run * all.stride, 0, 1, all.length};
        const auto spans = one.blocks();
        GradientSums<T> sums;
        merge_blocks(
            sums, 0, spans,
            [&](auto b, GradientSums<T>& s) {
              const Normalizer<T> by{a.mean[set], T{1}, T{0}};
              s = gradient_sums_of_block<Epilogue::none>(g, one.block(b), by);
            },
            [](auto& s, const auto& other) { s.merge(other); });
        normalized[set * runs + run] = sums.centered * inverse_deviation(a, set);
        plain[set * runs + run] = sums.plain;
      },
      [&](auto set) {
        T weighted_plain{0}, weighted_normalized{0};
        for (std::int64_t run = 0; run < runs; ++run) {
          const T weight = a.weight ? a.weight[sets.channel(set, run)] : T{1};
          weighted_plain += weight * plain[set * runs + run];
          weighted_normalized += weight * normalized[set * runs + run];
        }
        maps[set] = gradient_map(g, set, n, weighted_plain, weighted_normalized);
      },
      [&](auto set, auto first, auto last) {
        map_gradient<Epilogue::none>(g, sets, set, first, last, maps[set]);
      });
  reduce.sum(over_batch, normalized, T{1}, false, g.sums, scratch);
  reduce.sum(over_batch, plain, T{1}, false, g.sums + channels, scratch);
}

template <class T>
std::int64_t scratch(const NormShape& shape) {
  if (in_columns(shape)) return columns_scratch<T>(shape);
  if (shape.elements() == 0) return 0;
  const Sets sets(shape);
  const std::int64_t size = sizeof(T), spans = std::max<std::int64_t>(1, sets.spans());
  const auto states = shape.sets() * (spans * 3 + 2) * size;
  if (!shape.groups) return states;
  const View over_batch{1, shape.batch, shape.channels};
  return states + 2 * shape.batch * shape.channels * size + reduce_kernels<T>().scratch(over_batch);
}

// Calls f.operator()<epilogue>() with what follows as a compile-time constant.
template <class T, class F>
void with_epilogue(const NormArgs<T>& a, const F& f) {
  if (a.residual) {
    a.relu ? f.template operator()<Epilogue::add_relu>() : f.template operator()<Epilogue::add>();
  } else {
    a.relu ? f.template operator()<Epilogue::relu>() : f.template operator()<Epilogue::none>();
  }
}

template <class T>
void run_forward(const NormArgs<T>& args, T* y, void* scratch) {
  if (args.shape.elements() == 0) return;
  if (in_columns(args.shape)) return columns_forward(args, y, scratch);
  with_epilogue(args, [&]<Epilogue epilogue>() { forward<epilogue>(args, y, scratch); });
}

template <class T>
void run_apply(const NormArgs<T>& args, T* y, void* scratch) {
  if (args.shape.elements() == 0) return;
  if (in_columns(args.shape)) return columns_apply(args, y, scratch);
  with_epilogue(args, [&]<Epilogue epilogue>() { apply<epilogue>(args, y, scratch); });
}

template <class T>
void run_backward(const NormGradientArgs<T>& args, void* scratch) {
  const auto& shape = args.forward.shape;
  if (shape.elements() == 0) {
    std::fill_n(args.sums, 2 * shape.channels, T{0});
  } else if (shape.groups) {
    group_backward(args, scratch);
  } else if (in_columns(shape)) {
    columns_backward(args, scratch);
  } else if (args.y) {
    batch_backward<Epilogue::add_relu>(args, scratch);
  } else if (args.forward.relu) {
    batch_backward<Epilogue::relu>(args, scratch);
  } else {
    batch_backward<Epilogue::none>(args, scratch);
  }
}

}  // namespace

template <class T>
Norm<T> norm_kernels() {
  return {.scratch = scratch<T>,
          .forward = run_forward<T>,
          .apply = run_apply<T>,
          .backward = run_backward<T>};
}
template Norm<float> norm_kernels();
template Norm<double> norm_kernels();

}  // namespace deepcore
