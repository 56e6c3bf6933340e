// How an axis of `to` is made from an axis of `from`, forward or backward, in one form:
//
//   place start + step i of `to` takes, for each tap, place phase + stride (i + shift) of `from`.
//
// Forward, `from` falls into `stride` phases and `to` is walked once. Backward it is the other way
// round: each phase of `to` is a walk of its own, with the taps that meet it. So strides cost
// nothing in the innermost loop, and no zero is ever put between pixels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/conv.h"
#include "kernels/matmul_split.h"

namespace deepcore {

struct AxisTap {
  std::int64_t tap, phase, shift;  // phase: an index into AxisWalks::phases
};

struct AxisWalk {
  std::int64_t start, step, count;
  std::vector<AxisTap> taps;
};

struct AxisWalks {
  std::int64_t from_size = 0, stride = 1;  // of `from`
  std::vector<std::int64_t> phases;        // of `from`, those that some tap meets at place 0
  std::vector<AxisWalk> walks;
  std::int64_t first_shift = 0, last_shift = 0, longest = 0;

  std::int64_t place(const AxisTap& tap, std::int64_t i) const noexcept {
    return phases[static_cast<std::size_t>(tap.phase)] + stride * (i + tap.shift);
  }
  bool inside(std::int64_t place) const noexcept { return place >= 0 && place < from_size; }

  // Pairs of a place of `to` and a tap that falls inside `from`.
  std::int64_t pairs() const noexcept {
    std::int64_t n = 0;
    for (const auto& walk : walks) {
      for (const auto& tap : walk.taps) {
        for (std::int64_t i = 0; i < walk.count; ++i) n += inside(place(tap, i));
      }
    }
    return n;
  }
};

namespace detail {

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0);
}

inline std::int64_t phase_index(AxisWalks& axis, std::int64_t phase) {
  const auto at = std::find(axis.phases.begin(), axis.phases.end(), phase);
  const auto index = at - axis.phases.begin();
  if (at == axis.phases.end()) axis.phases.push_back(phase);
  return index;
}

}  // namespace detail

inline AxisWalks walk_axis(const ConvAxis& a, ConvDirection direction) {
  const bool forward = direction == ConvDirection::forward;
  AxisWalks axis;
  axis.from_size = forward ? a.in : a.out;
  axis.stride = forward ? a.stride : 1;
  const auto to_size = forward ? a.out : a.in, step = forward ? 1 : a.stride;
  for (std::int64_t start = 0; start < std::min(step, to_size); ++start) {
    AxisWalk walk{start, step, divide_up(to_size - start, step), {}};
    for (std::int64_t k = 0; k < a.kernel; ++k) {
      const auto offset = forward ? k * a.dilation - a.padding : start + a.padding - k * a.dilation;
      const auto shift = detail::floor_divide(offset, a.stride);
      const auto rest = offset - shift * a.stride;
      if (!forward && rest != 0) continue;
      walk.taps.push_back({k, detail::phase_index(axis, forward ? rest : 0), shift});
    }
    for (const auto& tap : walk.taps) {
      axis.first_shift = std::min(axis.first_shift, tap.shift);
      axis.last_shift = std::max(axis.last_shift, tap.shift);
    }
    axis.longest = std::max(axis.longest, walk.count);
    axis.walks.push_back(std::move(walk));
  }
  return axis;
}

// The same axis with what each tap meets as a phase of its own: shifts are gone.
inline AxisWalks without_shifts(const AxisWalks& axis) {
  AxisWalks same = axis;
  same.phases.clear();
  same.first_shift = same.last_shift = 0;
  for (auto& walk : same.walks) {
    for (auto& tap : walk.taps) {
      tap = {tap.tap, detail::phase_index(same, axis.place(tap, 0)), 0};
    }
  }
  return same;
}

// How many threads a convolution is worth.
inline std::int64_t conv_threads(const ConvShape& s, std::int64_t threads) noexcept {
  const auto flops = 2 * s.batch * s.outputs * s.group_channels() * s.taps() * s.out_pixels();
  return std::clamp<std::int64_t>(flops / grain_flops, 1, threads);
}

// What differs between the directions.
struct ConvSides {
  std::int64_t from_channels, to_channels;  // of a group
  std::int64_t from_pixels, to_pixels;
  std::int64_t weight_row, weight_step;  // from one channel of `to`, of `from`, to the next

  ConvSides(const ConvShape& s, ConvDirection direction) noexcept {
    const bool forward = direction == ConvDirection::forward;
    const auto c = s.group_channels(), o = s.group_outputs(), taps = s.taps();
    from_channels = forward ? c : o, to_channels = forward ? o : c;
    from_pixels = forward ? s.in_pixels() : s.out_pixels();
    to_pixels = forward ? s.out_pixels() : s.in_pixels();
    weight_row = forward ? c * taps : taps;
    weight_step = forward ? taps : c * taps;
  }
};

// The channels of `from` whose terms make one chain: blocks of equal size, of about 256 terms.
inline std::int64_t conv_block(const ConvShape& shape, ConvDirection direction) noexcept {
  const auto channels = ConvSides(shape, direction).from_channels;
  auto terms = channels;
  for (const auto& axis : shape.axes) {
    const bool forward = direction == ConvDirection::forward;
    terms *= forward ? axis.kernel : divide_up(axis.kernel, axis.stride);
  }
  const auto blocks = std::max<std::int64_t>((terms + 128) / 256, 1);
  return std::max<std::int64_t>(divide_up(channels, blocks), 1);
}

}  // namespace deepcore
