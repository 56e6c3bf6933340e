// Sixteen floats or eight doubles on every level, as one, two or four registers: the virtual lanes
// in which sums and extremes run along a row. Lane i takes elements i, i + 16, i + 32, ... and the
// lanes are folded by one fixed tree, so that every level rounds alike.
#pragma once

#include <utility>

#include "base/vec.h"

namespace deepcore {

template <class T>
inline constexpr int wide_lanes = 64 / static_cast<int>(sizeof(T));

template <class T>
struct Wide {
  static constexpr int parts = 64 / vector_bytes;
  Vec<T> part[parts];
};

// f on each register of the arguments.
template <class T, class F, class... Others>
inline Wide<T> each(F f, const Wide<T>& a, const Others&... others) noexcept {
  Wide<T> result;
  for (int i = 0; i < Wide<T>::parts; ++i) result.part[i] = f(a.part[i], others.part[i]...);
  return result;
}

template <class T>
inline Wide<T> operator+(const Wide<T>& a, const Wide<T>& b) noexcept {
  return each([](Vec<T> x, Vec<T> y) { return x + y; }, a, b);
}
template <class T>
inline Wide<T> operator-(const Wide<T>& a, const Wide<T>& b) noexcept {
  return each([](Vec<T> x, Vec<T> y) { return x - y; }, a, b);
}
template <class T>
inline Wide<T> operator*(const Wide<T>& a, const Wide<T>& b) noexcept {
  return each([](Vec<T> x, Vec<T> y) { return x * y; }, a, b);
}
template <class T>
inline Wide<T> operator/(const Wide<T>& a, const Wide<T>& b) noexcept {
  return each([](Vec<T> x, Vec<T> y) { return x / y; }, a, b);
}

template <class T>
inline Wide<T> splat_wide(T x) noexcept {
  Wide<T> result;
  for (auto& part : result.part) part = splat(x);
  return result;
}

template <class T>
inline Wide<T> load_wide(const T* p) noexcept {
  Wide<T> result;
  for (int i = 0; i < Wide<T>::parts; ++i) result.part[i] = load(p + i * lanes<T>);
  return result;
}

template <class T>
inline void store_wide(T* p, const Wide<T>& w) noexcept {
  for (int i = 0; i < Wide<T>::parts; ++i) store(p + i * lanes<T>, w.part[i]);
}

// The first n lanes of p, the others zero: 0 < n <= wide_lanes<T>.
template <class T>
inline Wide<T> load_first_wide(const T* p, int n) noexcept {
  Wide<T> result;
  for (int i = 0; i < Wide<T>::parts; ++i) {
    const int left = n - i * lanes<T>;
    result.part[i] = left >= lanes<T> ? load(p + i * lanes<T>)
                     : left > 0       ? load_first(p + i * lanes<T>, left)
                                      : Vec<T>{};
  }
  return result;
}

template <class T>
inline void store_first_wide(T* p, const Wide<T>& w, int n) noexcept {
  for (int i = 0; i < Wide<T>::parts; ++i) {
    const int left = n - i * lanes<T>;
    if (left >= lanes<T>) {
      store(p + i * lanes<T>, w.part[i]);
    } else if (left > 0) {
      store_first(p + i * lanes<T>, w.part[i], left);
    }
  }
}

// The first n lanes of w, `other` in the rest.
template <class T>
inline Wide<T> keep_first(const Wide<T>& w, int n, T other) noexcept {
  Wide<T> result;
  for (int i = 0; i < Wide<T>::parts; ++i) {
    result.part[i] = select<T>(first_lanes<T>(n - i * lanes<T>), w.part[i], splat(other));
  }
  return result;
}

template <int Shift, class T, int... Lane>
inline Vec<T> rotate_lanes(Vec<T> v, std::integer_sequence<int, Lane...>) noexcept {
  return __builtin_shufflevector(v, v, ((Lane + Shift) % lanes<T>)...);
}

template <int Shift, class T, class F>
inline T fold_register(Vec<T> v, F f) noexcept {
  if constexpr (Shift == 0) {
    return v[0];
  } else {
    const auto sequence = std::make_integer_sequence<int, lanes<T>>();
    return fold_register<Shift / 2, T>(f(v, rotate_lanes<Shift, T>(v, sequence)), f);
  }
}

// f over all lanes: lane i with lane i + 8, then i + 4, i + 2, i + 1 (doubles from i + 4).
template <class T, class F>
inline T fold(Wide<T> w, F f) noexcept {
  for (int half = Wide<T>::parts / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) w.part[i] = f(w.part[i], w.part[i + half]);
  }
  return fold_register<lanes<T> / 2, T>(w.part[0], f);
}

}  // namespace deepcore
