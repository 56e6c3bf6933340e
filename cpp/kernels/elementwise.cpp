#include "kernels/elementwise.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/parallel.h"
#include "kernels/map.h"
#include "kernels/maps.h"

namespace deepcore {
namespace {

// Elements worth a thread: 3 to 10 us of work, from additions out of cache to exponentials.
constexpr std::int64_t grain = 32 * 1024;

// Elements of a broadcast input that are laid out at a time, on the stack.
constexpr std::int64_t buffer_elements = 512;
using Buffer = std::byte[buffer_elements * 8];

// Where elements first ... first + count - 1 of the output find one input in a row: in place if
// they lie so, else laid out in `to`.
template <class T>
const std::byte* lay_out(const Broadcast& shape, const Broadcast::Input& input,
                         const std::byte* from, std::int64_t first, std::int64_t count,
                         std::byte* to) noexcept {
  const T* x = reinterpret_cast<const T*>(from);
  T* y = reinterpret_cast<T*>(to);
  std::int64_t index[Shape::max_rank], offset = 0;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    index[axis] = first % shape.size[axis];
    first /= shape.size[axis];
    offset += index[axis] * input.stride[axis];
  }
  const int inner = shape.rank - 1;
  const auto step = input.stride[inner];
  if (step && shape.size[inner] - index[inner] >= count) {
    return reinterpret_cast<const std::byte*>(x + offset);
  }
  while (count > 0) {
    const auto run = std::min(count, shape.size[inner] - index[inner]);
    if (step) {
      std::copy_n(x + offset, run, y);
    } else {
      const T value = x[offset];
      for (std::int64_t i = 0; i < run; ++i) y[i] = value;
    }
    y += run;
    count -= run;
    offset -= index[inner] * step;
    index[inner] = 0;
    for (int axis = inner - 1; axis >= 0; --axis) {
      offset += input.stride[axis];
      if (++index[axis] < shape.size[axis]) break;
      offset -= shape.size[axis] * input.stride[axis];
      index[axis] = 0;
    }
  }
  return to;
}

const std::byte* lay_out(const Broadcast& shape, int i, const std::byte* from, std::int64_t first,
                         std::int64_t count, std::byte* to) noexcept {
  const auto& input = shape.input[i];
  switch (input.element_size) {
    case 1:
      return lay_out<std::uint8_t>(shape, input, from, first, count, to);
    case 4:
      return lay_out<std::uint32_t>(shape, input, from, first, count, to);
    default:
      return lay_out<std::uint64_t>(shape, input, from, first, count, to);
  }
}

// How many elements to do at a time: all where every input is read in place, else as many as a
// buffer holds, in whole periods, so that short rows are laid out once.
std::int64_t chunk_of(const Broadcast& shape, std::int64_t n) {
  std::int64_t chunk = n;
  for (int i = 0; i < shape.inputs; ++i) {
    const auto period = shape.input[i].period;
    if (period == shape.n) continue;
    chunk = std::min(chunk, buffer_elements);
    const auto whole = std::lcm(period, std::int64_t{16});  // keeps the chunks' alignment
    if (period > 1 && whole <= chunk) chunk -= chunk % whole;
  }
  return chunk;
}

// Elements begin ... end - 1 of the output.
void run_piece(Map map, const Broadcast& shape, std::byte* y, int element_size,
               const std::byte* const* x, bool accumulate, std::int64_t begin, std::int64_t end) {
  alignas(64) Buffer buffers[Broadcast::max_inputs];
  const std::byte* at[Broadcast::max_inputs];
  const auto chunk = chunk_of(shape, end - begin);
  for (auto first = begin; first < end; first += chunk) {
    const auto count = std::min(chunk, end - first);
    for (int i = 0; i < shape.inputs; ++i) {
      const auto& input = shape.input[i];
      if (input.period == shape.n) {
        at[i] = x[i] + first * input.element_size;
      } else if (first == begin || input.period == 0 || chunk % input.period != 0) {
        at[i] = lay_out(shape, i, x[i], first, count, buffers[i]);
      }
    }
    map(y + first * element_size, at, count, accumulate);
  }
}

void run(Map map, const Broadcast& shape, std::byte* y, int element_size, const std::byte* const* x,
         bool accumulate) {
  parallel_for(shape.n, grain, [&](std::int64_t begin, std::int64_t end) {
    run_piece(map, shape, y, element_size, x, accumulate, begin, end);
  });
}

template <class From, class To>
Map cast_map() {
  if constexpr (std::is_same_v<To, std::uint8_t> && std::is_floating_point_v<From>) {
    // Negative numbers wrap, as they do from int64.
    return element_map<To, From>([](From x) { return static_cast<std::int64_t>(x); });
  } else {
    return element_map<To, From>([](From x) { return x; });
  }
}

Map cast(Dtype from, Dtype to) {
  return visit(from, [&]<class From>(TypeTag<From>) {
    return visit(to, []<class To>(TypeTag<To>) { return cast_map<From, To>(); });
  });
}

Map where(Dtype dtype) {
  return visit(dtype, []<class T>(TypeTag<T>) {
    return element_map<T, bool, T, T>([](bool condition, T a, T b) { return condition ? a : b; });
  });
}

template <class T>
Map where_gradient_map(int operand) {
  if (operand == 0) {
    return element_map<T, T, bool>([](T dy, bool condition) { return condition ? dy : T(0); });
  }
  return element_map<T, T, bool>([](T dy, bool condition) { return condition ? T(0) : dy; });
}

Map where_gradient(int operand, Dtype dtype) {
  return dtype == Dtype::float32 ? where_gradient_map<float>(operand)
                                 : where_gradient_map<double>(operand);
}

Map clamp(Dtype dtype) {
  return visit(dtype, []<class T>(TypeTag<T>) {
    return element_map<T, T, T, T>([](T x, T low, T high) {
      const T raised = x < low ? low : x;  // NaN stays
      return raised > high ? high : raised;
    });
  });
}

template <class T>
Map clamp_gradient_map() {
  return element_map<T, T, T, T, T>(
      [](T dy, T x, T low, T high) { return ((x >= low) & (x <= high)) ? dy : T(0); });
}

Map clamp_gradient(Dtype dtype) {
  return dtype == Dtype::float32 ? clamp_gradient_map<float>() : clamp_gradient_map<double>();
}

}  // namespace

Elementwise elementwise_kernels() {
  return {.unary = unary_map,
          .unary_gradient = unary_gradient_map,
          .binary = binary_map,
          .binary_gradient = binary_gradient_map,
          .comparison = comparison_map,
          .cast = cast,
          .where = where,
          .where_gradient = where_gradient,
          .clamp = clamp,
          .clamp_gradient = clamp_gradient,
          .run = run};
}

}  // namespace deepcore
