// The windows of pooling: planes apart, each plane a volume (D, H, W); lines and images have
// extents of 1 in front.
#pragma once

#include <cstdint>

namespace deepcore {

// One axis. Output o sees the elements o * stride - padding + k * dilation for k < kernel, as far
// as they exist; an adaptive one sees floor(o * in / out) to ceil((o + 1) * in / out) - 1, and
// `kernel` is the most it sees.
struct PoolAxis {
  std::int64_t in = 1, out = 1, kernel = 1, stride = 1, padding = 0, dilation = 1;
  bool adaptive = false;
};

struct Pooling {
  std::int64_t planes;
  PoolAxis d, h, w;

  std::int64_t in() const noexcept { return d.in * h.in * w.in; }
  std::int64_t out() const noexcept { return d.out * h.out * w.out; }
  std::int64_t taps() const noexcept { return d.kernel * h.kernel * w.kernel; }
};

}  // namespace deepcore
