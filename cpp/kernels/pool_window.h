// Which elements a window holds, one window at a time or a vector of them along a row.
#pragma once

#include <algorithm>

#include "base/parallel.h"
#include "base/vec.h"
#include "kernels/blocks.h"
#include "kernels/pool.h"

namespace deepcore {

// What an output sees along one axis: the elements start + k * dilation for first <= k < last.
struct Span {
  std::int64_t start, first, last;
  std::int64_t padded;  // how many they are when the padding counts

  std::int64_t count() const noexcept { return last - first; }
};

// n / d for n >= 0: a division takes longer than the rest of a short row, and most d are 1 or 2.
inline std::int64_t in_steps(std::int64_t n, std::int64_t d) noexcept {
  return d == 1 ? n : d == 2 ? n >> 1 : n / d;
}

inline Span span_of(const PoolAxis& axis, std::int64_t o) noexcept {
  if (axis.adaptive) {
    const auto start = o * axis.in / axis.out, end = ceil_div((o + 1) * axis.in, axis.out);
    return {start, 0, end - start, end - start};
  }
  const auto start = o * axis.stride - axis.padding;
  return {start, start < 0 ? in_steps(-start + axis.dilation - 1, axis.dilation) : 0,
          std::min(axis.kernel, in_steps(axis.in - start + axis.dilation - 1, axis.dilation)),
          std::min(axis.kernel, axis.in + axis.padding - start)};
}

// What holds one value of each window, and one whole number.
template <class T, bool several>
struct Windows {
  using Value = T;
  using Whole = std::int64_t;
};
template <class T>
struct Windows<T, true> {
  using Value = Vec<T>;
  using Whole = Mask<T>;
};

// The same as a Span, for one window or a vector of them.
template <class T, bool several>
struct Columns {
  using Whole = typename Windows<T, several>::Whole;
  Whole start, first, last, padded;
};

// The rows that the windows of one row of the output hold.
struct Rows {
  Span d, h;
};

// 0, 1, 2, ...
template <class T>
inline Mask<T> lane_index() noexcept {
  Mask<T> index;
  for (int lane = 0; lane < lanes<T>; ++lane) index[lane] = lane;
  return index;
}

// Whether whole numbers are in 0 ... size - 1: one comparison, negative ones being huge.
template <class T>
inline Mask<T> below(Mask<T> v, Int<T> size) noexcept {
  return (Mask<T>)((Bits<T>)v < (Bits<T>)(Mask<T>{} + size));
}

// Whether the windows of a row lie so that vectors of them can be made: `stride` elements apart and
// without gaps.
template <int stride>
inline bool in_lanes(const PoolAxis& w) noexcept {
  constexpr std::int64_t largest = 1 << 30;  // positions are counted in 32 bits
  return !w.adaptive && w.dilation == 1 && w.stride == stride && w.in < largest &&
         w.kernel < largest;
}

// Whether windows are k x k elements of a slice of the volume, equally far apart in both directions
// and all of them whole.
inline bool is_square(const Pooling& p) noexcept {
  const auto whole = [](const PoolAxis& axis) {
    return !axis.adaptive && axis.dilation == 1 && axis.padding == 0 &&
           (axis.out - 1) * axis.stride + axis.kernel <= axis.in;
  };
  return whole(p.h) && whole(p.w) && p.h.kernel == p.w.kernel && p.h.stride == p.w.stride &&
         p.d.kernel == 1 && p.d.in == p.d.out;
}

// Calls f(begin, end) for pieces of the planes, each on one thread.
template <class T, class F>
void for_planes(const Pooling& p, const F& f) {
  const auto bytes = (p.in() + p.out()) * static_cast<std::int64_t>(sizeof(T));
  parallel_for(p.planes, grain_of(grain_bytes, bytes), f);
}

}  // namespace deepcore
