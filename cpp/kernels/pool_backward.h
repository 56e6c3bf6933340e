// The walk of a backward pass where windows lie 1 or 2 apart: every element of the input gathers
// what the windows that hold it have for it, in the order of the taps, so that its gradient is
// written once and nothing is cleared before.
//
// Along a row, element stride * t + r (its phase r is below the stride) is tap k of the window
// t + (r + padding - k) / stride for those k that leave no remainder: lanes are along t.
//
// A Source says what they have: plain(o, tap) for the windows from o on, guarded(o, tap) where some
// of them may not exist, and total(sum) what they make.
#pragma once

#include "base/lanes.h"
#include "kernels/pool_halves.h"

namespace deepcore {

// kernel and padding: those of the last axis, or 0 and 0 if they are known at run time only.
template <class T, int stride, int kernel, int padding, class Source>
class PoolBackward {
 public:
  PoolBackward(const Pooling& p, const Source& source, bool accumulate, T* dx) noexcept
      : p_(p), windows_(p.planes * p.out()), source_(source), accumulate_(accumulate), dx_(dx) {
    for (int r = 0; r < stride; ++r) {
      const std::int64_t u = r + left();
      greatest_ = std::max(greatest_, u / stride);
      for (auto k = u % stride; k < width(); k += stride)
        least_ = std::min(least_, (u - k) / stride);
    }
  }

  void planes(std::int64_t begin, std::int64_t end) const noexcept {
    T* to = dx_ + begin * p_.in();
    for (auto plane = begin; plane < end; ++plane) {
      for (std::int64_t d = 0; d < p_.d.in; ++d) {
        for (std::int64_t h = 0; h < p_.h.in; ++h, to += p_.w.in) {
          row(plane, d, h, to, dx_ + end * p_.in());
        }
      }
    }
  }

 private:
  int width() const noexcept { return kernel ? kernel : static_cast<int>(p_.w.kernel); }
  int left() const noexcept { return kernel ? padding : static_cast<int>(p_.w.padding); }

  // The windows along an axis that hold element i: that from `first` to `last`, where it is tap
  // `last_tap` of the last.
  struct Holders {
    std::int64_t first, last, last_tap;
  };
  static Holders holders(const PoolAxis& axis, std::int64_t i) noexcept {
    const auto u = i + axis.padding, beyond = std::max<std::int64_t>(0, u - axis.kernel + 1);
    const auto last = std::min(axis.out - 1, in_steps(u, axis.stride));
    return {in_steps(beyond + axis.stride - 1, axis.stride), last, u - last * axis.stride};
  }

  struct Sums {
    Vec<T> phase[stride];
  };

  void row(std::int64_t plane, std::int64_t d, std::int64_t h, T* to, const T* end) const noexcept {
    const auto columns = p_.w.in, out = p_.w.out, rows = p_.h.out;
    const auto [d_first, d_last, d_tap] = holders(p_.d, d);
    const auto [h_first, h_last, h_tap] = holders(p_.h, h);
    for (std::int64_t t = 0; t * stride < columns; t += lanes<T>) {
      Sums sums{};
      const auto last = std::min<std::int64_t>(t + lanes<T>, ceil_div(columns, stride)) - 1;
      const bool inside = t + least_ >= 0 && last + greatest_ < out;
      auto kd = d_tap;
      for (auto od = d_last; od >= d_first; --od, kd += p_.d.stride) {
        const auto slice = (plane * p_.d.out + od) * rows;
        auto line = kd * p_.h.kernel + h_tap;
        for (auto oh = h_last; oh >= h_first; --oh, line += p_.h.stride) {
          const auto o = (slice + oh) * out + t;
          const int tap = static_cast<int>(line) * width();
          const bool readable = o + least_ >= 0 && o + greatest_ + lanes<T> <= windows_;
          sums = !readable ? gather<false, false>(sums, o, t, tap)
                 : inside  ? gather<true, true>(sums, o, t, tap)
                           : gather<true, false>(sums, o, t, tap);
        }
      }
      write(sums, to + t * stride, columns - t * stride, end);
    }
  }

  // readable: what is read around the windows is there; inside: all of them are in this row.
  template <bool readable, bool inside>
  [[gnu::always_inline]] Sums gather(Sums sums, std::int64_t o, std::int64_t t,
                                     int tap) const noexcept {
    for (int r = 0; r < stride; ++r) {
      const int u = r + left();
      int shift = u / stride;
      for (int k = u % stride; k < width(); k += stride, --shift) {
        const auto more =
            readable ? source_.plain(o + shift, tap + k) : source_.guarded(o + shift, tap + k);
        const auto column = lane_index<T>() + static_cast<Int<T>>(t + shift);
        const auto valid = below<T>(column, static_cast<Int<T>>(p_.w.out));
        sums.phase[r] = sums.phase[r] + (inside ? more : select<T>(valid, more, Vec<T>{}));
      }
    }
    return sums;
  }

  // Rows may be written too far, as long as it is this thread's: what comes next is written later.
  void write(const Sums& sums, T* to, std::int64_t n, const T* end) const noexcept {
    Vec<T> v[stride];
    if constexpr (stride == 1) {
      v[0] = source_.total(sums.phase[0]);
    } else {
      put_together<T>({source_.total(sums.phase[0]), source_.total(sums.phase[1])}, v[0], v[1]);
    }
    for (int i = 0; i < stride; ++i, to += lanes<T>, n -= lanes<T>) {
      if (!accumulate_ && end - to >= lanes<T>) {
        store(to, v[i]);
      } else if (n > 0) {
        store_up_to(to, accumulate_ ? load_up_to(to, n) + v[i] : v[i], n);
      }
    }
  }

  const Pooling& p_;
  const std::int64_t windows_;
  const Source& source_;
  const bool accumulate_;
  T* const dx_;
  std::int64_t least_ = 0, greatest_ = 0;  // of (r + padding - k) / stride
};

template <class T, int stride, int kernel, int padding, class Source>
void pool_backward(const Pooling& p, const Source& source, bool accumulate, T* dx) {
  const PoolBackward<T, stride, kernel, padding, Source> backward(p, source, accumulate, dx);
  for_planes<T>(p, [&](auto begin, auto end) { backward.planes(begin, end); });
}

inline bool can_gather(const Pooling& p) noexcept {
  const auto plain = [](const PoolAxis& axis) { return !axis.adaptive && axis.dilation == 1; };
  return plain(p.d) && plain(p.h) && (in_lanes<1>(p.w) || in_lanes<2>(p.w));
}

// Where can_gather(p). Padding is at most half of a kernel.
template <class T, int stride, class Source>
void pool_backward(const Pooling& p, const Source& source, bool accumulate, T* dx) {
  if (p.w.kernel == 3 && p.w.padding == 0) {
    return pool_backward<T, stride, 3, 0>(p, source, accumulate, dx);
  }
  if (p.w.kernel == 3) return pool_backward<T, stride, 3, 1>(p, source, accumulate, dx);
  pool_backward<T, stride, 0, 0>(p, source, accumulate, dx);
}

template <class T, class Source>
void pool_backward(const Pooling& p, const Source& source, bool accumulate, T* dx) {
  if (halves_images(p)) return halves_backward(p, source, accumulate, dx);
  if (p.w.stride == 2) return pool_backward<T, 2>(p, source, accumulate, dx);
  pool_backward<T, 1>(p, source, accumulate, dx);
}

}  // namespace deepcore
