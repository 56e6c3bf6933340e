#include "ops/broadcast.h"

#include <optional>

#include "base/storage.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// Elements up to which finding out how inputs lie costs more than the map (40 ns).
constexpr std::int64_t few = 64;

std::int64_t bytes_of(const Shape& shape, Dtype dtype) {
  return shape.numel() * size_of(dtype);
}

// The first run of axes, of sizes above 1, along which `to` (as many axes, or fewer) has size 1.
struct Run {
  int first, last;
};

std::optional<Run> broadcast_run(const Shape& from, const Shape& to) {
  const int offset = from.rank() - to.rank();
  const auto is_broadcast = [&](int axis) {
    return from[axis] != 1 && (axis < offset || to[axis - offset] == 1);
  };
  for (int first = 0; first < from.rank(); ++first) {
    if (!is_broadcast(first)) continue;
    int last = first + 1;
    while (last < from.rank() && is_broadcast(last)) ++last;
    return Run{first, last};
  }
  return std::nullopt;
}

void sum_run(const std::byte* x, const Shape& from, Run run, std::byte* y, Dtype dtype,
             bool accumulate) {
  const View view{from.numel(0, run.first), from.numel(run.first, run.last),
                  from.numel(run.last, from.rank())};
  visit_floating("backward", dtype, [&]<class T>(TypeTag<T>) {
    const auto& reduce = kernels().of<T>().reduce;
    const Scratch scratch(reduce.scratch(view));
    reduce.sum(view, reinterpret_cast<const T*>(x), T{1}, accumulate, reinterpret_cast<T*>(y),
               scratch.data());
  });
}

}  // namespace

void run_map(Map map, const Shape& shape, std::byte* y, Dtype dtype, const MapInput* inputs,
             int count, bool accumulate) {
  const std::byte* data[Broadcast::max_inputs];
  bool alike = true;
  for (int i = 0; i < count; ++i) {
    data[i] = inputs[i].data;
    alike = alike && inputs[i].shape == shape;
  }
  const auto n = shape.numel();
  if ((alike && n <= few) || n == 1) return map(y, data, n, accumulate);
  Broadcast lie(shape);
  for (int i = 0; i < count; ++i) {
    lie.add(inputs[i].shape, static_cast<int>(size_of(inputs[i].dtype)));
  }
  lie.merge();
  kernels().elementwise.run(map, lie, y, static_cast<int>(size_of(dtype)), data, accumulate);
}

void sum_to(const std::byte* x, const Shape& from, std::byte* y, const Shape& to, Dtype dtype,
            bool accumulate) {
  const auto run = broadcast_run(from, to);
  if (!run) {
    const MapInput input{x, from, dtype};
    return run_map(kernels().elementwise.cast(dtype, dtype), from, y, dtype, &input, 1, accumulate);
  }
  Shape rest = from;
  for (int axis = run->first; axis < run->last; ++axis) rest[axis] = 1;
  if (!broadcast_run(rest, to)) return sum_run(x, from, *run, y, dtype, accumulate);
  const Scratch partial(bytes_of(rest, dtype));
  sum_run(x, from, *run, partial.data<std::byte>(), dtype, false);
  sum_to(partial.data<std::byte>(), rest, y, to, dtype, accumulate);
}

void run_gradient(Gradients& gradients, int i, Map map, const Shape& from, const Shape& to,
                  Dtype dtype, std::initializer_list<MapInput> inputs) {
  std::byte* dx = gradients.of_input<std::byte>(i);
  if (!dx) return;
  const int count = static_cast<int>(inputs.size());
  if (!broadcast_run(from, to)) {
    return run_map(map, from, dx, dtype, inputs.begin(), count, gradients.accumulate(i));
  }
  const Scratch full(bytes_of(from, dtype));
  run_map(map, from, full.data<std::byte>(), dtype, inputs.begin(), count, false);
  sum_to(full.data<std::byte>(), from, dx, to, dtype, gradients.accumulate(i));
}

void pass_gradient(Gradients& gradients, int i, const Shape& from, const Shape& to, Dtype dtype) {
  if (!broadcast_run(from, to)) return gradients.pass(i);
  if (std::byte* dx = gradients.of_input<std::byte>(i)) {
    sum_to(gradients.of_output<std::byte>(), from, dx, to, dtype, gradients.accumulate(i));
  }
}

}  // namespace deepcore
