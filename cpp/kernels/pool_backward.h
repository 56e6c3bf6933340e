// The walk of a backward pass where windows lie 1 or 2 apart: every element of the input gathers
// what the windows that hold it have for it, in the order of the taps, so that its gradient is
// written once and nothing is cleared before.
//
// Along a row, element stride * t + r (its phase r is below the stride) is tap k of the window
// t + (r + padding - k) / stride for those k that leave no remainder: lanes are along t.
//
// A Source says what they have: plain(o, tap) for the windows from o on, guarded(o, tap, valid)
// where some of them are in another row or nowhere, and total(sum).
#pragma once

#include "base/lanes.h"
#include "kernels/pool_window.h"

namespace deepcore {

template <class T, int stride, int kernel, class Source>
class PoolBackward {
 public:
  PoolBackward(const Pooling& p, const Source& source, bool accumulate, T* dx) noexcept
      : p_(p), windows_(p.planes * p.out()), source_(source), accumulate_(accumulate), dx_(dx) {
    for (int r = 0; r < stride; ++r) {
      const auto u = r + p.w.padding;
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

  // Calls f(window, tap) for the windows along an axis that hold element i.
  template <class F>
  [[gnu::always_inline]] static void for_windows(const PoolAxis& axis, std::int64_t i,
                                                 const F& f) noexcept {
    const auto u = i + axis.padding;
    const auto last = axis.stride == 1 ? u : u / axis.stride;
    for (auto k = u - last * axis.stride, o = last; k < axis.kernel && o >= 0;
         k += axis.stride, --o) {
      if (o < axis.out) f(o, k);
    }
  }

  void row(std::int64_t plane, std::int64_t d, std::int64_t h, T* to, const T* end) const noexcept {
    for (std::int64_t t = 0; t * stride < p_.w.in; t += lanes<T>) {
      Vec<T> sum[stride] = {};
      const auto last = std::min<std::int64_t>(t + lanes<T>, ceil_div(p_.w.in, stride)) - 1;
      const bool inside = t + least_ >= 0 && last + greatest_ < p_.w.out;
      for_windows(p_.d, d, [&](std::int64_t od, std::int64_t kd) {
        for_windows(p_.h, h, [&](std::int64_t oh, std::int64_t kh) {
          const auto o = ((plane * p_.d.out + od) * p_.h.out + oh) * p_.w.out + t;
          const int tap = static_cast<int>(kd * p_.h.kernel + kh) * width();
          const bool readable = o + least_ >= 0 && o + greatest_ + lanes<T> <= windows_;
          inside&& readable ? gather<true>(o, t, tap, sum) : gather<false>(o, t, tap, sum);
        });
      });
      write(sum, to + t * stride, p_.w.in - t * stride, end);
    }
  }

  template <bool plain>
  [[gnu::always_inline]] void gather(std::int64_t o, std::int64_t t, int tap,
                                     Vec<T> (&sum)[stride]) const noexcept {
    for (int r = 0; r < stride; ++r) {
      const int u = r + static_cast<int>(p_.w.padding);
      int shift = u / stride;
      for (int k = u % stride; k < width(); k += stride, --shift) {
        if constexpr (plain) {
          sum[r] = sum[r] + source_.plain(o + shift, tap + k);
        } else {
          const auto column = lane_index<T>() + static_cast<Int<T>>(t + shift);
          const auto valid = below<T>(column, static_cast<Int<T>>(p_.w.out));
          sum[r] = sum[r] + source_.guarded(o + shift, tap + k, valid);
        }
      }
    }
  }

  // Rows may be written too far, as long as it is this thread's: what comes next is written later.
  void write(const Vec<T> (&sum)[stride], T* to, std::int64_t n, const T* end) const noexcept {
    Vec<T> v[stride];
    if constexpr (stride == 1) {
      v[0] = source_.total(sum[0]);
    } else {
      put_together<T>({source_.total(sum[0]), source_.total(sum[1])}, v[0], v[1]);
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

template <class T, int stride, int kernel, class Source>
void pool_backward(const Pooling& p, const Source& source, bool accumulate, T* dx) {
  const PoolBackward<T, stride, kernel, Source> backward(p, source, accumulate, dx);
  for_planes<T>(p, [&](auto begin, auto end) { backward.planes(begin, end); });
}

inline bool can_gather(const Pooling& p) noexcept {
  const auto plain = [](const PoolAxis& axis) { return !axis.adaptive && axis.dilation == 1; };
  return plain(p.d) && plain(p.h) && (in_lanes<1>(p.w) || in_lanes<2>(p.w));
}

// Where can_gather(p).
template <class T, class Source>
void pool_backward(const Pooling& p, const Source& source, bool accumulate, T* dx) {
  const auto kernel = p.w.kernel;
  if (p.w.stride == 2) {
    if (kernel == 2) return pool_backward<T, 2, 2>(p, source, accumulate, dx);
    if (kernel == 3) return pool_backward<T, 2, 3>(p, source, accumulate, dx);
    return pool_backward<T, 2, 0>(p, source, accumulate, dx);
  }
  if (kernel == 3) return pool_backward<T, 1, 3>(p, source, accumulate, dx);
  pool_backward<T, 1, 0>(p, source, accumulate, dx);
}

}  // namespace deepcore
