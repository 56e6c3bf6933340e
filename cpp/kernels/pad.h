// Axes made longer or shorter at their ends: every place of y takes from a place of x, axis by
// axis, or holds a constant.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/shape.h"

namespace deepcore {

struct PadAxis {
  std::int64_t size = 1, padded = 1;  // in x and in y
  std::int64_t before = 0;            // places of y before x's first; negative where x is cropped
  // Both are null where y is x along this axis:
  const std::int64_t* source = nullptr;  // the place in x for each place of y, -1: the constant
  const std::int64_t* places =
      nullptr;  // size + 1 ends, then places of y by their source, ascending

  // y's places whose source lies `before` places in front, one after the other.
  std::int64_t first() const noexcept { return std::clamp<std::int64_t>(before, 0, padded); }
  std::int64_t last() const noexcept { return std::clamp(before + size, first(), padded); }
};

template <class T>
struct PadArgs {
  int rank = 0;
  PadAxis axis[Shape::max_rank];
  T value{};
};

template <class T>
struct Pad {
  void (*forward)(const PadArgs<T>& args, const T* x, T* y);
  // dx = or += the sum of dy over the places that an element of x went to.
  void (*backward)(const PadArgs<T>& args, const T* dy, T* dx, bool accumulate);
};

template <class T>
Pad<T> pad_kernels();

}  // namespace deepcore
