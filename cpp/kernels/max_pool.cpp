#include "kernels/max_pool.h"

#include <limits>

#include "kernels/pool_backward.h"
#include "kernels/pool_forward.h"

namespace deepcore {
namespace {

enum class Record { nothing, taps, indices };

// One window, or a vector of them.
template <class T, bool several, Record record>
struct Greatest {
  using Value = typename Windows<T, several>::Value;
  using Tap = typename Windows<T, several>::Whole;
  Value value;
  Tap tap;

  // The chain from value to value is short: NaN and taps are beside it.
  void take(Value x, int k) noexcept {
    const auto nan = x != x;
    if constexpr (record != Record::nothing) {
      tap = x > value ? Tap{} + k : tap;
      tap = nan ? Tap{} + k : tap;
    }
    if constexpr (several) {
      value = at_least<T>(value, x);
    } else {
      value = x > value ? x : value;
    }
    value = nan ? x : value;
  }
};

template <class T, Record record>
struct MaxFold {
  const Pooling& p;
  T* y;
  std::uint8_t* tap = nullptr;
  std::int64_t* index = nullptr;
  static constexpr T outside = -std::numeric_limits<T>::infinity();

  // Nothing is more than minus infinity but what is: a window of that alone names its first.
  template <bool several>
  [[gnu::always_inline]] auto begin(const Rows& rows,
                                    const Columns<T, several>& columns) const noexcept {
    using State = Greatest<T, several, record>;
    const auto line = (rows.d.first * p.h.kernel + rows.h.first) * p.w.kernel;
    return State{typename State::Value{} + outside, columns.first + static_cast<Int<T>>(line)};
  }

  void put(const Rows& rows, const Columns<T, false>& columns,
           const Greatest<T, false, record>& best, std::int64_t at, int,
           std::int64_t) const noexcept {
    y[at] = best.value;
    if constexpr (record == Record::taps) tap[at] = static_cast<std::uint8_t>(best.tap);
    if constexpr (record == Record::indices) index[at] = position(rows, columns.start, best.tap);
  }

  [[gnu::always_inline]] void put(const Rows& rows, const Columns<T, true>& columns,
                                  const Greatest<T, true, record>& best, std::int64_t at, int n,
                                  std::int64_t room) const noexcept {
    room >= lanes<T> ? store(y + at, best.value) : store_first(y + at, best.value, n);
    if constexpr (record == Record::taps) {
      if (room >= lanes<T>) return store_bytes<T>(tap + at, best.tap);
      for (int i = 0; i < n; ++i) tap[at + i] = static_cast<std::uint8_t>(best.tap[i]);
    }
    if constexpr (record == Record::indices) {
      for (int i = 0; i < n; ++i) index[at + i] = position(rows, columns.start[i], best.tap[i]);
    }
  }

  std::int64_t position(const Rows& rows, std::int64_t column, std::int64_t k) const noexcept {
    const auto width = static_cast<std::uint32_t>(p.w.kernel), tap = static_cast<std::uint32_t>(k);
    const auto line = tap / width, height = static_cast<std::uint32_t>(p.h.kernel);
    const auto d = rows.d.start + line / height * p.d.dilation;
    const auto h = rows.h.start + line % height * p.h.dilation;
    return (d * p.h.in + h) * p.w.in + column + tap % width * p.w.dilation;
  }
};

template <class T>
void forward(const Pooling& p, const T* x, T* y) {
  pool_forward(p, x, MaxFold<T, Record::nothing>{p, y});
}

template <class T>
void forward_taps(const Pooling& p, const T* x, T* y, std::uint8_t* tap) {
  pool_forward(p, x, MaxFold<T, Record::taps>{p, y, tap});
}

template <class T>
void forward_indices(const Pooling& p, const T* x, T* y, std::int64_t* index) {
  pool_forward(p, x, MaxFold<T, Record::indices>{p, y, nullptr, index});
}

// What each element of a window gets: g where its tap was the greatest.
template <class T>
struct GreatestOnly {
  const std::uint8_t* tap;
  const T* g;
  std::int64_t windows;

  Vec<T> plain(std::int64_t o, int k) const noexcept {
    return select<T>(load_bytes<T>(tap + o) == Mask<T>{} + k, load(g + o), Vec<T>{});
  }
  Vec<T> guarded(std::int64_t o, int k) const noexcept {
    const auto which = load_bytes_inside<T>(tap + o, tap, tap + windows);
    return select<T>(which == Mask<T>{} + k, load_inside(g + o, g, g + windows), Vec<T>{});
  }
  Vec<T> total(Vec<T> sum) const noexcept { return sum; }
};

// Where the taps of a window lie, counted from its first, which may lie in the padding.
struct TapOffsets {
  explicit TapOffsets(const Pooling& p) noexcept {
    std::int64_t tap = 0;
    for (std::int64_t d = 0; d < p.d.kernel; ++d) {
      for (std::int64_t h = 0; h < p.h.kernel; ++h) {
        for (std::int64_t w = 0; w < p.w.kernel; ++w) {
          const auto line = d * p.d.dilation * p.h.in + h * p.h.dilation;
          offset[tap++] = line * p.w.in + w * p.w.dilation;
        }
      }
    }
  }
  std::int64_t offset[byte_taps];
};

// One plane: every window adds to one element.
template <class T>
void scatter(const Pooling& p, const TapOffsets& taps, const std::uint8_t* tap, const T* g,
             T* dx) noexcept {
  for (std::int64_t d = 0; d < p.d.out; ++d) {
    const auto slice = span_of(p.d, d).start * p.h.in;
    for (std::int64_t h = 0; h < p.h.out; ++h, tap += p.w.out, g += p.w.out) {
      const auto row = (slice + span_of(p.h, h).start) * p.w.in;
      for (std::int64_t w = 0; w < p.w.out; ++w) {
        const auto start = p.w.adaptive ? w * p.w.in / p.w.out : w * p.w.stride - p.w.padding;
        dx[row + start + taps.offset[tap[w]]] += g[w];
      }
    }
  }
}

// Gathering looks at every tap, 16 at a time; scattering at one window after the other.
inline constexpr std::int64_t gathered_taps = 32;

template <class T>
void backward(const Pooling& p, const std::uint8_t* tap, const T* g, bool accumulate, T* dx) {
  const auto in = p.in(), out = p.out();
  if (can_gather(p) && p.taps() <= gathered_taps) {
    return pool_backward(p, GreatestOnly<T>{tap, g, p.planes * out}, accumulate, dx);
  }
  const TapOffsets taps(p);
  for_planes<T>(p, [&](auto begin, auto end) {
    if (!accumulate) std::fill(dx + begin * in, dx + end * in, T{0});
    for (auto plane = begin; plane < end; ++plane) {
      scatter(p, taps, tap + plane * out, g + plane * out, dx + plane * in);
    }
  });
}

}  // namespace

template <class T>
MaxPool<T> max_pool_kernels() {
  return {.forward = forward<T>,
          .forward_taps = forward_taps<T>,
          .forward_indices = forward_indices<T>,
          .backward = backward<T>};
}
template MaxPool<float> max_pool_kernels();
template MaxPool<double> max_pool_kernels();

}  // namespace deepcore
