// Maps a vector function over arrays: whole vectors, then the tail through the same code under a
// mask, so that an element's bits do not depend on its place. Outputs may be inputs.
#pragma once

#include <cstdint>

#include "base/parallel.h"
#include "base/vec.h"

namespace deepcore {

// y[i] (+)= f(x[i]...).
template <bool accumulate, class T, class F, class... X>
inline void map_span(T* y, std::int64_t n, const F& f, const X*... x) noexcept {
  constexpr int width = lanes<T>;
  std::int64_t i = 0;
  for (; i + width <= n; i += width) {
    const auto v = f(load(x + i)...);
    store(y + i, accumulate ? load(y + i) + v : v);
  }
  if (const int rest = static_cast<int>(n - i); rest > 0) {
    const auto v = f(load_first(x + i, rest)...);
    store_first(y + i, accumulate ? load_first(y + i, rest) + v : v, rest);
  }
}

// The same over all threads; `grain` elements are worth a thread.
template <class T, class F, class... X>
inline void map_arrays(T* y, std::int64_t n, bool accumulate, std::int64_t grain, const F& f,
                       const X*... x) noexcept {
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    if (accumulate) {
      map_span<true>(y + begin, end - begin, f, (x + begin)...);
    } else {
      map_span<false>(y + begin, end - begin, f, (x + begin)...);
    }
  });
}

}  // namespace deepcore
