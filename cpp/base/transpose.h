// Transposes in registers, written once for every width: a vector is filled with one 16-byte piece
// of each of several rows, so that what remains is a transpose of 4 x 4 (double: 2 x 2) inside each
// 16-byte part, which every level does in two shuffles a vector (double: one).
#pragma once

#include <utility>

#include "base/vec.h"

namespace deepcore {

template <class T>
inline constexpr int quad = 16 / static_cast<int>(sizeof(T));

namespace detail {

template <class T, int bytes>
struct PieceOf {
  typedef T type __attribute__((vector_size(bytes), may_alias));
};
template <class T, int bytes>
using Piece = typename PieceOf<T, bytes>::type;

template <class P, int... i>
inline auto concatenate(P a, P b, std::integer_sequence<int, i...>) noexcept {
  return __builtin_shufflevector(a, b, i...);
}

// The 16-byte pieces at rows[0], rows[step], ..., side by side.
template <class T, int bytes>
inline Piece<T, bytes> load_pieces(const T* const* rows, int step, std::int64_t offset) noexcept {
  if constexpr (bytes == 16) {
    Piece<T, 16> piece;
    std::memcpy(&piece, rows[0] + offset, 16);
    return piece;
  } else {
    constexpr int half = bytes / 32;
    return concatenate(load_pieces<T, bytes / 2>(rows, step, offset),
                       load_pieces<T, bytes / 2>(rows + half * step, step, offset),
                       std::make_integer_sequence<int, bytes / static_cast<int>(sizeof(T))>{});
  }
}

// Half a vector from each address.
template <class T>
inline Vec<T> load_halves(const T* low, const T* high) noexcept {
  Piece<T, vector_bytes / 2> a, b;
  std::memcpy(&a, low, sizeof(a));
  std::memcpy(&b, high, sizeof(b));
  return concatenate(a, b, std::make_integer_sequence<int, lanes<T>>{});
}

// The lane of zip's result e in (a, b): units of `unit` lanes of a and b in turn, from the lower
// (high = 0) or upper half of each 16-byte part.
template <class T>
constexpr int zip_source(int e, int unit, int high) {
  const int part = e / quad<T> * quad<T>, at = e % quad<T>;
  const int turn = at / unit, within = at % unit;
  return (turn % 2) * lanes<T> + part + high * quad<T> / 2 + turn / 2 * unit + within;
}

template <class T, int unit, int high, int... e>
inline Vec<T> zip(Vec<T> a, Vec<T> b, std::integer_sequence<int, e...>) noexcept {
  return __builtin_shufflevector(a, b, zip_source<T>(e, unit, high)...);
}
template <class T, int unit, int high>
inline Vec<T> zip(Vec<T> a, Vec<T> b) noexcept {
  return zip<T, unit, high>(a, b, std::make_integer_sequence<int, lanes<T>>{});
}

// The even (odd = 0) or odd 16-byte parts of a, then those of b.
template <class T, int odd, int... e>
inline Vec<T> deal(Vec<T> a, Vec<T> b, std::integer_sequence<int, e...>) noexcept {
  return __builtin_shufflevector(a, b, (e / quad<T> * 2 + odd) * quad<T> + e % quad<T>...);
}

// The transpose of quad<T> rows inside each 16-byte part.
template <class T>
[[gnu::always_inline]] inline void transpose_parts(const Vec<T>* in, Vec<T>* out) noexcept {
  if constexpr (quad<T> == 2) {
    out[0] = zip<T, 1, 0>(in[0], in[1]);
    out[1] = zip<T, 1, 1>(in[0], in[1]);
  } else {
    const auto low01 = zip<T, 1, 0>(in[0], in[1]), high01 = zip<T, 1, 1>(in[0], in[1]);
    const auto low23 = zip<T, 1, 0>(in[2], in[3]), high23 = zip<T, 1, 1>(in[2], in[3]);
    out[0] = zip<T, 2, 0>(low01, low23);
    out[1] = zip<T, 2, 1>(low01, low23);
    out[2] = zip<T, 2, 0>(high01, high23);
    out[3] = zip<T, 2, 1>(high01, high23);
  }
}

}  // namespace detail

// out[q] holds element offset + q of each of lanes<T> rows, for q < quad<T>.
template <class T>
inline void load_transposed(const T* const* rows, std::int64_t offset, Vec<T>* out) noexcept {
  Vec<T> in[quad<T>];
  for (int r = 0; r < quad<T>; ++r) {
    in[r] = detail::load_pieces<T, vector_bytes>(rows + r, quad<T>, offset);
  }
  detail::transpose_parts<T>(in, out);
}

// out[e] holds element offset + e of each of lanes<T> rows. Reading whole lines at once, where
// load_transposed comes back to them: rows 4 KB apart share a set of the cache, which holds fewer
// of them than a vector has lanes. Halves are put together while they are loaded, because that is
// one shuffle less a vector.
template <class T>
[[gnu::always_inline]] inline void load_square(const T* const* rows, std::int64_t offset,
                                               Vec<T> (&out)[lanes<T>]) noexcept {
  constexpr int half = lanes<T> / 2, parts = lanes<T> / quad<T>;
  constexpr auto all = std::make_integer_sequence<int, lanes<T>>();
  if constexpr (parts == 1) {
    load_transposed(rows, offset, out);
  } else {
    Vec<T> in[lanes<T>], mixed[lanes<T>];
#pragma GCC unroll 16
    for (int i = 0; i < half; ++i) {
      const T* const* row = rows + i / quad<T> * 2 * quad<T> + i % quad<T>;
      in[i] = detail::load_halves<T>(row[0] + offset, row[quad<T>] + offset);
      in[i + half] = detail::load_halves<T>(row[0] + offset + half, row[quad<T>] + offset + half);
    }
#pragma GCC unroll 4
    for (int g = 0; g < lanes<T>; g += quad<T>) detail::transpose_parts<T>(in + g, mixed + g);
#pragma GCC unroll 16
    for (int e = 0; e < lanes<T>; ++e) {
      const int first = e / half * half + e % quad<T>;
      if constexpr (parts == 2) {
        out[e] = mixed[e];
      } else if (e % half < quad<T>) {
        out[e] = detail::deal<T, 0>(mixed[first], mixed[first + quad<T>], all);
      } else {
        out[e] = detail::deal<T, 1>(mixed[first], mixed[first + quad<T>], all);
      }
    }
  }
}

}  // namespace deepcore
