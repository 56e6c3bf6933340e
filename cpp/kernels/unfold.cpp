#include "kernels/unfold.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"

namespace deepcore {
namespace {

// The windows whose tap k lies inside.
struct Inside {
  std::int64_t first, last;

  Inside(const WindowAxis& axis, std::int64_t k) noexcept {
    const auto start = axis.place(0, k);
    const auto ceil = [&](std::int64_t n) {
      return n <= 0 ? 0 : (n + axis.stride - 1) / axis.stride;
    };
    first = std::min(ceil(-start), axis.windows);
    last = std::clamp(ceil(axis.size - start), first, axis.windows);
  }
};

// to[i * to_step] = or += from[i * from_step].
template <bool add, class T>
void move(const T* __restrict from, std::int64_t from_step, T* __restrict to, std::int64_t to_step,
          std::int64_t n) noexcept {
  if (from_step == 1 && to_step == 1) {
    if constexpr (add) {
      for (std::int64_t i = 0; i < n; ++i) to[i] += from[i];
    } else {
      std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    to[i * to_step] = add ? to[i * to_step] + from[i * from_step] : from[i * from_step];
  }
}

// All windows' tap (i, j) of a plane.
template <bool add, class T>
void unfold_tap(const UnfoldArgs& args, std::int64_t i, std::int64_t j, const T* plane,
                T* column) noexcept {
  const auto& [planes, rows, columns] = args;
  const Inside high(rows, i), wide(columns, j);
  const auto width = columns.windows;
  const auto zero = [&](T* to, std::int64_t n) {
    if (!add) std::fill_n(to, n, T{0});
  };
  zero(column, high.first * width);
  for (auto o = high.first; o < high.last; ++o) {
    const T* from = plane + rows.place(o, i) * columns.size + columns.place(wide.first, j);
    T* to = column + o * width;
    zero(to, wide.first);
    move<add>(from, columns.stride, to + wide.first, 1, wide.last - wide.first);
    zero(to + wide.last, width - wide.last);
  }
  zero(column + high.last * width, (rows.windows - high.last) * width);
}

template <class T>
void fold_tap(const UnfoldArgs& args, std::int64_t i, std::int64_t j, const T* column,
              T* plane) noexcept {
  const auto& [planes, rows, columns] = args;
  const Inside high(rows, i), wide(columns, j);
  for (auto o = high.first; o < high.last; ++o) {
    T* to = plane + rows.place(o, i) * columns.size + columns.place(wide.first, j);
    const T* from = column + o * columns.windows + wide.first;
    move<true>(from, 1, to, columns.stride, wide.last - wide.first);
  }
}

template <class T>
void unfold(const UnfoldArgs& args, const T* planes, T* columns, bool accumulate) {
  const auto taps = args.rows.kernel * args.columns.kernel;
  const auto length = args.rows.windows * args.columns.windows;
  const auto bytes = length * std::int64_t{2 * sizeof(T)};
  parallel_for(args.planes * taps, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    for (auto unit = begin; unit < end; ++unit) {
      const auto tap = unit % taps, i = tap / args.columns.kernel, j = tap % args.columns.kernel;
      const T* plane = planes + unit / taps * args.rows.size * args.columns.size;
      T* column = columns + unit * length;
      accumulate ? unfold_tap<true>(args, i, j, plane, column)
                 : unfold_tap<false>(args, i, j, plane, column);
    }
  });
}

template <class T>
void fold(const UnfoldArgs& args, const T* columns, T* planes, bool accumulate) {
  const auto taps = args.rows.kernel * args.columns.kernel;
  const auto length = args.rows.windows * args.columns.windows;
  const auto size = args.rows.size * args.columns.size;
  const auto bytes = (taps * length + size) * static_cast<std::int64_t>(sizeof(T));
  parallel_for(args.planes, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    for (auto p = begin; p < end; ++p) {
      T* plane = planes + p * size;
      if (!accumulate) std::fill_n(plane, size, T{0});
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        fold_tap(args, tap / args.columns.kernel, tap % args.columns.kernel,
                 columns + (p * taps + tap) * length, plane);
      }
    }
  });
}

}  // namespace

template <class T>
Unfold<T> unfold_kernels() {
  return {.unfold = unfold<T>, .fold = fold<T>};
}
template Unfold<float> unfold_kernels();
template Unfold<double> unfold_kernels();

}  // namespace deepcore
