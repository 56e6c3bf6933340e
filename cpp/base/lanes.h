// Lanes moved between vectors: pairs taken apart and put together, whole numbers as bytes, and
// loads that stop at the end of the memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/vec.h"

namespace deepcore {

namespace detail {

// Every second lane of (a, b), from lane `odd` on.
template <class T, int odd, int... e>
inline Vec<T> every_second(Vec<T> a, Vec<T> b, std::integer_sequence<int, e...>) noexcept {
  return __builtin_shufflevector(a, b, (2 * e + odd)...);
}

// a[i], b[i], a[i + 1], b[i + 1], ... from i = first on.
template <class T, int first, int... e>
inline Vec<T> in_turn(Vec<T> a, Vec<T> b, std::integer_sequence<int, e...>) noexcept {
  return __builtin_shufflevector(a, b, (e % 2 * lanes<T> + first + e / 2)...);
}

template <class T>
inline constexpr auto every_lane = std::make_integer_sequence<int, lanes<T>>();

}  // namespace detail

template <class T>
struct Pair {
  Vec<T> even, odd;
};

// Neighbours p[2i] and p[2i + 1], which lie in `low` and then `high`, as two vectors.
template <class T>
inline Pair<T> take_apart(Vec<T> low, Vec<T> high) noexcept {
  return {detail::every_second<T, 0>(low, high, detail::every_lane<T>),
          detail::every_second<T, 1>(low, high, detail::every_lane<T>)};
}

// The way back: two vectors that hold even[0], odd[0], even[1], ...
template <class T>
inline void put_together(Pair<T> pair, Vec<T>& low, Vec<T>& high) noexcept {
  low = detail::in_turn<T, 0>(pair.even, pair.odd, detail::every_lane<T>);
  high = detail::in_turn<T, lanes<T> / 2>(pair.even, pair.odd, detail::every_lane<T>);
}

// All bits set in the lanes from begin up to end.
template <class T>
inline Mask<T> lanes_between(std::int64_t begin, std::int64_t end) noexcept {
  const auto first = [](std::int64_t n) {
    return first_lanes<T>(static_cast<int>(std::clamp<std::int64_t>(n, 0, lanes<T>)));
  };
  return first(end) & ~first(begin);
}

// The lanes that the mask holds, zero elsewhere.
template <class T>
inline Vec<T> keep(Vec<T> v, Mask<T> mask) noexcept {
  return (Vec<T>)((Bits<T>)v & (Bits<T>)mask);
}

// lanes<T> whole numbers of 0 to 255, kept as bytes. (maskz: as in vec.h. What g++ 12 makes of
// __builtin_convertvector takes the lanes one by one.)
template <class T>
inline void store_bytes(std::uint8_t* p, Mask<T> v) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    const auto bytes = _mm512_maskz_cvtepi32_epi8(0xFFFF, (__m512i)v);
    std::memcpy(p, &bytes, lanes<T>);
  } else {
    const auto bytes = _mm512_maskz_cvtepi64_epi8(0xFF, (__m512i)v);
    std::memcpy(p, &bytes, lanes<T>);
  }
#elif defined(__AVX2__)
  constexpr int least = sizeof(T) == 4 ? 4 : 8;  // the lowest byte of every lane, in each half
  const auto lowest = _mm_setr_epi8(0, least, least == 4 ? 8 : -1, least == 4 ? 12 : -1, -1, -1, -1,
                                    -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const auto low = _mm_shuffle_epi8(_mm256_castsi256_si128((__m256i)v), lowest);
  const auto high = _mm_shuffle_epi8(_mm256_extracti128_si256((__m256i)v, 1), lowest);
  const auto bytes = sizeof(T) == 4 ? _mm_unpacklo_epi32(low, high) : _mm_unpacklo_epi16(low, high);
  std::memcpy(p, &bytes, lanes<T>);
#elif defined(__x86_64__)
  const auto whole = (__m128i)v;
  const auto words = sizeof(T) == 4 ? whole : _mm_shuffle_epi32(whole, 0x08);
  const auto halves = _mm_packs_epi32(words, words);
  const auto bytes = _mm_packus_epi16(halves, halves);
  std::memcpy(p, &bytes, lanes<T>);
#else
  for (int lane = 0; lane < lanes<T>; ++lane) p[lane] = static_cast<std::uint8_t>(v[lane]);
#endif
}

template <class T>
inline Mask<T> load_bytes(const std::uint8_t* p) noexcept {
#if defined(__AVX512F__)
  __m128i bytes{};
  std::memcpy(&bytes, p, lanes<T>);
  if constexpr (sizeof(T) == 4) return (Mask<T>)_mm512_maskz_cvtepu8_epi32(0xFFFF, bytes);
  return (Mask<T>)_mm512_maskz_cvtepu8_epi64(0xFF, bytes);
#elif defined(__AVX2__)
  __m128i bytes{};
  std::memcpy(&bytes, p, lanes<T>);
  if constexpr (sizeof(T) == 4) return (Mask<T>)_mm256_cvtepu8_epi32(bytes);
  return (Mask<T>)_mm256_cvtepu8_epi64(bytes);
#elif defined(__x86_64__)
  __m128i bytes{};
  const auto zero = _mm_setzero_si128();
  std::memcpy(&bytes, p, lanes<T>);
  const auto words = _mm_unpacklo_epi16(_mm_unpacklo_epi8(bytes, zero), zero);
  return (Mask<T>)(sizeof(T) == 4 ? words : _mm_unpacklo_epi32(words, zero));
#else
  Mask<T> v;
  for (int lane = 0; lane < lanes<T>; ++lane) v[lane] = p[lane];
  return v;
#endif
}

// The first n of p, or all if n is more than there are lanes; none where n is negative.
template <class T>
inline Vec<T> load_up_to(const T* p, std::int64_t n) noexcept {
  if (n >= lanes<T>) return load(p);
  return n <= 0 ? Vec<T>{} : load_first(p, static_cast<int>(n));
}

template <class T>
inline void store_up_to(T* p, Vec<T> v, std::int64_t n) noexcept {
  if (n >= lanes<T>) return store(p, v);
  if (n > 0) store_first(p, v, static_cast<int>(n));
}

namespace detail {

template <class E>
[[gnu::noinline]] inline void copy_inside(const E* p, int n, const E* begin, const E* end,
                                          E* to) noexcept {
  for (int i = 0; i < n; ++i) to[i] = begin - p <= i && i < end - p ? p[i] : E{};
}

}  // namespace detail

// What lies at p, and zero where that is before `begin` or from `end` on.
template <class T>
inline Vec<T> load_inside(const T* p, const T* begin, const T* end) noexcept {
  if (begin <= p && end - p >= lanes<T>) return load(p);
  T lane[lanes<T>];
  detail::copy_inside(p, lanes<T>, begin, end, lane);
  return load(lane);
}

template <class T>
inline Mask<T> load_bytes_inside(const std::uint8_t* p, const std::uint8_t* begin,
                                 const std::uint8_t* end) noexcept {
  if (begin <= p && end - p >= lanes<T>) return load_bytes<T>(p);
  std::uint8_t lane[lanes<T>];
  detail::copy_inside(p, lanes<T>, begin, end, lane);
  return load_bytes<T>(lane);
}

}  // namespace deepcore
