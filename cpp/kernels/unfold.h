// Windows of planes laid out as columns (im2col), and columns added back to planes.
#pragma once

#include <cstdint>

namespace deepcore {

struct WindowAxis {
  std::int64_t size = 1, windows = 1;  // places of the plane, and windows along them
  std::int64_t kernel = 1, dilation = 1, padding = 0, stride = 1;

  // The place that tap k of window o lies on; outside 0 ... size - 1 where it is padding.
  std::int64_t place(std::int64_t o, std::int64_t k) const noexcept {
    return o * stride - padding + k * dilation;
  }
};

// Planes (rows.size, columns.size); columns (rows.kernel * columns.kernel, rows.windows *
// columns.windows) a plane.
struct UnfoldArgs {
  std::int64_t planes = 0;
  WindowAxis rows, columns;
};

template <class T>
struct Unfold {
  void (*unfold)(const UnfoldArgs& args, const T* planes, T* columns, bool accumulate);
  // A place is the sum over the taps that lie on it, by ascending tap.
  void (*fold)(const UnfoldArgs& args, const T* columns, T* planes, bool accumulate);
};

template <class T>
Unfold<T> unfold_kernels();

}  // namespace deepcore
