#include "kernels/norm.h"

#include <cstddef>

#include "kernels/norm_columns.h"
#include "kernels/reduce.h"
#include "kernels/runs.h"
#include "kernels/stages.h"

namespace deepcore {
namespace {

// Where the sets of a shape lie. A unit of work is one of them, or some channels of a batch whose
// runs are short: together they are a page of each image, which comes from a cold memory in two
// thirds of the time that runs of 256 bytes take, one of each image.
struct Sets {
  NormShape shape;
  std::int64_t runs_a_set, sets_a_unit = 1;
  std::int64_t spans;  // of a set's blocks, each a whole subtree of those that are merged

  Sets(const NormShape& shape, std::int64_t element) noexcept
      : shape(shape), runs_a_set(shape.groups ? shape.channels / shape.groups : shape.batch) {
    constexpr std::int64_t page = 4096, long_run = 1024;  // from which on nothing is gained
    spans = ceil_div(runs(0).blocks(), span_blocks);
    if (shape.groups || shape.length * element >= long_run) return;
    const auto most = std::min<std::int64_t>(most_sets, shape.channels / (4 * num_threads()));
    sets_a_unit = std::max<std::int64_t>(1, std::min(most, page / (shape.length * element)));
  }

  std::int64_t units() const noexcept { return ceil_div(shape.sets(), sets_a_unit); }
  std::int64_t first(std::int64_t unit) const noexcept { return unit * sets_a_unit; }
  std::int64_t last(std::int64_t unit) const noexcept {
    return std::min(shape.sets(), first(unit) + sets_a_unit);
  }
  Runs runs(std::int64_t set) const noexcept {
    const auto length = shape.length;
    if (shape.groups) return {set * runs_a_set * length, length, runs_a_set, length};
    return {set * length, shape.channels * length, runs_a_set, length};
  }
  std::int64_t channel(std::int64_t set, std::int64_t run) const noexcept {
    return shape.groups ? set % shape.groups * runs_a_set + run : set;
  }
  // The stages of a computation that moves `arrays` arrays.
  Stages stages(std::int64_t parts, std::int64_t arrays, std::int64_t element) const noexcept {
    return {units(), parts, runs_a_set, arrays * sets_a_unit * runs(0).elements() * element};
  }
};

template <class State>
struct OfUnit {
  State of[most_sets];
};

// The states of a unit's sets over a span: leaf(block of the first, sets, states) makes those of a
// block.
template <class State, class Leaf>
void merge_span(const Sets& sets, std::int64_t unit, std::int64_t span, State* states,
                const Leaf& leaf) {
  const auto runs = sets.runs(sets.first(unit));
  const auto count = static_cast<int>(sets.last(unit) - sets.first(unit));
  const auto first = span * span_blocks, last = std::min(runs.blocks(), first + span_blocks);
  OfUnit<State> unit_states;
  merge_blocks(
      unit_states, first, last,
      [&](auto b, OfUnit<State>& s) {
        count == 1 ? leaf(runs.block(b), one_set, s.of) : leaf(runs.block(b), count, s.of);
      },
      [count](OfUnit<State>& a, const OfUnit<State>& b) {
        for (int s = 0; s < count; ++s) a.of[s].merge(b.of[s]);
      });
  for (int s = 0; s < count; ++s) {
    states[(sets.first(unit) + s) * sets.spans + span] = unit_states.of[s];
  }
}

template <class State>
State merge_spans(const State* states, std::int64_t count) {
  State state;
  merge_blocks(
      state, 0, count, [&](auto i, State& s) { s = states[i]; },
      [](State& a, const State& b) { a.merge(b); });
  return state;
}

// Calls call(set, offset, normalizer) for the runs first ... last - 1 of a unit's sets.
template <class T, class Call>
void for_runs(const NormArgs<T>& a, const Sets& sets, std::int64_t unit, std::int64_t first,
              std::int64_t last, const Call& call) {
  struct {
    T inverse;
    std::int64_t at, channel;
  } of[most_sets];
  const auto begin = sets.first(unit), end = sets.last(unit), stride = sets.runs(begin).stride;
  for (auto set = begin; set < end; ++set) {
    of[set - begin] = {inverse_deviation(a, set), sets.runs(set).first, sets.channel(set, 0)};
  }
  const std::int64_t channels_a_run = a.shape.groups ? 1 : 0;
  for (auto run = first; run < last; ++run) {
    for (auto set = begin; set < end; ++set) {
      const auto& [inverse, at, channel] = of[set - begin];
      call(set, at + run * stride, normalizer(a, set, inverse, channel + run * channels_a_run));
    }
  }
}

template <Epilogue epilogue, class T>
void forward(const NormArgs<T>& a, T* y, void* scratch) {
  const Sets sets(a.shape, sizeof(T));
  const auto spans = sets.spans;
  auto* states = static_cast<Moments<T>*>(scratch);
  sets.stages(spans, 3, sizeof(T))
      .run(
          [&](auto unit, auto span) {
            merge_span(sets, unit, span, states, [&](const Runs& block, auto count, Moments<T>* s) {
              moments_of_blocks(a.x, block, count, s);
            });
          },
          [&](auto unit) {
            for (auto set = sets.first(unit); set < sets.last(unit); ++set) {
              const auto moments = merge_spans(states + set * spans, spans);
              a.mean[set] = moments.mean;
              a.variance[set] = moments.squares / moments.count;
            }
          },
          [&](auto unit, auto first, auto last) {
            for_runs(a, sets, unit, first, last, [&](auto, auto at, Normalizer<T> by) {
              normalize_run<epilogue>(a, at, a.shape.length, by, y);
            });
          });
}

template <Epilogue epilogue, class T>
void apply(const NormArgs<T>& a, T* y, void* scratch) {
  const auto channels = a.shape.channels, length = a.shape.length;
  auto* by = static_cast<Normalizer<T>*>(scratch);
  for (std::int64_t c = 0; c < channels; ++c) {
    by[c] = normalizer(a, c);
  }
  Stages::over(a.shape.batch * channels, 2 * length * std::int64_t{sizeof(T)}, [&](auto run) {
    normalize_run<epilogue>(a, run * length, length, by[run % channels], y);
  });
}

template <Epilogue epilogue, class T>
void map_gradient(const NormGradientArgs<T>& g, const Sets& sets, std::int64_t unit,
                  std::int64_t first, std::int64_t last, const GradientMap<T>* maps) {
  if (!g.dx) return;
  for_runs(g.forward, sets, unit, first, last, [&](auto set, auto at, Normalizer<T> by) {
    gradient_run<epilogue>(g, at, sets.shape.length, by, maps[set]);
  });
}

template <Epilogue epilogue, class T>
void batch_backward(const NormGradientArgs<T>& g, void* scratch) {
  const auto& a = g.forward;
  const Sets sets(a.shape, sizeof(T));
  const auto spans = sets.spans, channels = a.shape.channels;
  const auto n = static_cast<T>(sets.runs(0).elements());
  auto* states = static_cast<GradientSums<T>*>(scratch);
  auto* maps = reinterpret_cast<GradientMap<T>*>(states + channels * spans);
  sets.stages(spans, 5, sizeof(T))
      .run(
          [&](auto unit, auto span) {
            const auto first = sets.first(unit);
            Normalizer<T> by[most_sets];
            for (auto c = first; c < sets.last(unit); ++c) {
              by[c - first] = normalizer(a, c);
            }
            merge_span(sets, unit, span, states,
                       [&](const Runs& block, auto count, GradientSums<T>* s) {
                         gradient_sums_of_blocks<epilogue>(g, block, count, by, s);
                       });
          },
          [&](auto unit) {
            for (auto c = sets.first(unit); c < sets.last(unit); ++c) {
              const auto sums = merge_spans(states + c * spans, spans);
              g.sums[c] = sums.centered * inverse_deviation(a, c);
              g.sums[channels + c] = sums.plain;
              const T weight = a.weight ? a.weight[c] : T{1};
              maps[c] = gradient_map(g, c, n, weight * g.sums[channels + c], weight * g.sums[c]);
            }
          },
          [&](auto unit, auto first, auto last) {
            map_gradient<epilogue>(g, sets, unit, first, last, maps);
          });
}

template <class T>
void group_backward(const NormGradientArgs<T>& g, void* scratch) {
  const auto& a = g.forward;
  const Sets sets(a.shape, sizeof(T));
  const auto runs = sets.runs_a_set, channels = a.shape.channels, batch = a.shape.batch;
  const auto n = static_cast<T>(sets.runs(0).elements());
  const View over_batch{1, batch, channels};
  const auto reduce = reduce_kernels<T>();
  auto* rest = static_cast<std::byte*>(scratch) + reduce.scratch(over_batch);
  auto* maps = reinterpret_cast<GradientMap<T>*>(rest);
  // Of each image and channel, the share in the gradients of its weight and bias.
  T* normalized = reinterpret_cast<T*>(maps + a.shape.sets());
  T* plain = normalized + batch * channels;
  sets.stages(runs, 5, sizeof(T))
      .run(
          [&](auto set, auto run) {
            const auto all = sets.runs(set);
            const Runs one{all.first + run * all.stride, 0, 1, all.length};
            const auto spans = one.blocks();
            GradientSums<T> sums;
            merge_blocks(
                sums, 0, spans,
                [&](auto b, GradientSums<T>& s) {
                  const Normalizer<T> by{a.mean[set], T{1}, T{0}};
                  gradient_sums_of_blocks<Epilogue::none>(g, one.block(b), one_set, &by, &s);
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
            map_gradient<Epilogue::none>(g, sets, set, first, last, maps);
          });
  reduce.sum(over_batch, normalized, T{1}, false, g.sums, scratch);
  reduce.sum(over_batch, plain, T{1}, false, g.sums + channels, scratch);
}

template <class T>
std::int64_t scratch(const NormShape& shape) {
  if (in_columns(shape)) return columns_scratch<T>(shape);
  if (shape.elements() == 0) return 0;
  const Sets sets(shape, sizeof(T));
  const std::int64_t size = sizeof(T), spans = std::max<std::int64_t>(1, sets.spans);
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
