// Makes Maps (kernels/elementwise.h) of functions of one element or of one vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "base/vec.h"

namespace deepcore {

using Map = void (*)(std::byte* y, const std::byte* const* x, std::int64_t n, bool accumulate);

// Tells the compiler that y[i] depends on no other y[j], although y may be one of the inputs.
#if defined(__clang__)
#define DEEPCORE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define DEEPCORE_INDEPENDENT _Pragma("GCC ivdep")
#endif

// y[i] = f(x[i]...), or y[i] += of it.
template <class F, class Y, class... X>
inline void map_elements(const F& f, Y* y, std::int64_t n, bool accumulate,
                         const X*... x) noexcept {
  if constexpr (std::is_floating_point_v<Y>) {
    if (accumulate) {
      DEEPCORE_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) y[i] += static_cast<Y>(f(x[i]...));
      return;
    }
  }
  DEEPCORE_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<Y>(f(x[i]...));
}

// The same for f of vectors: whole ones, then the tail through the same code under a mask, so that
// an element's bits do not depend on its place.
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

template <class F, class T, class... X>
inline void map_vectors(const F& f, T* y, std::int64_t n, bool accumulate, const X*... x) noexcept {
  if (accumulate) {
    map_span<true>(y, n, f, x...);
  } else {
    map_span<false>(y, n, f, x...);
  }
}

// The type to compute whole numbers in: int64 wraps, and overflow is defined for unsigned only.
template <class T>
using Wrapping = std::conditional_t<std::is_same_v<T, std::int64_t>, std::uint64_t, T>;

// A Map from X... to Y, of a function of elements that captures nothing.
template <class Y, class... X, class F>
constexpr Map element_map(F) {
  return [](std::byte* y, const std::byte* const* x, std::int64_t n, bool accumulate) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      map_elements(F{}, reinterpret_cast<Y*>(y), n, accumulate,
                   reinterpret_cast<const X*>(x[I])...);
    }
    (std::index_sequence_for<X...>());
  };
}

// A Map of a function of `inputs` vectors of T that captures nothing.
template <class T, int inputs, class F>
constexpr Map vector_map(F) {
  return [](std::byte* y, const std::byte* const* x, std::int64_t n, bool accumulate) {
    [&]<int... I>(std::integer_sequence<int, I...>) {
      map_vectors(F{}, reinterpret_cast<T*>(y), n, accumulate, reinterpret_cast<const T*>(x[I])...);
    }
    (std::make_integer_sequence<int, inputs>());
  };
}

}  // namespace deepcore
