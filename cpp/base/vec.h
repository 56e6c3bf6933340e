// The vector register of the level a file is compiled for: 16 bytes on x86-64 and arm64, 32 on
// x86-64-v3, 64 on x86-64-v4. GCC/Clang vector types give + - * / and comparisons; this file adds
// what they lack: fused multiply-add, loads at any address, masked tails. Wider types than the
// register are never used: they spill (17 GFLOP/s instead of 125 on AVX2).
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace deepcore {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

template <class T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));

template <class T>
struct VecOf {
  typedef T type __attribute__((vector_size(vector_bytes), may_alias));
};
template <class T>
using Vec = typename VecOf<T>::type;

// The integer vector of the same lanes: what comparisons give, and what masks are.
template <class T>
struct IntOf;
template <>
struct IntOf<float> {
  using type = std::int32_t;
};
template <>
struct IntOf<double> {
  using type = std::int64_t;
};
template <class T>
using Int = typename IntOf<T>::type;
template <class T>
using Mask = Vec<Int<T>>;

// The bits of the lanes as unsigned numbers: shifts of these are logical.
template <class T>
using Bits = Vec<std::make_unsigned_t<Int<T>>>;

template <class T>
inline Vec<T> load(const T* p) noexcept {
  Vec<T> v;
  std::memcpy(&v, p, sizeof(v));
  return v;
}

template <class T>
inline void store(T* p, Vec<T> v) noexcept {
  std::memcpy(p, &v, sizeof(v));
}

template <class T>
inline Vec<T> splat(T x) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4 && std::is_same_v<T, float>) return (Vec<T>)_mm512_set1_ps(x);
  if constexpr (std::is_same_v<T, double>) return (Vec<T>)_mm512_set1_pd(x);
#endif
  return x - Vec<T>{};
}

// Keeps v in a register: the compiler would rather read it again for each use, from addresses that
// cross cache lines.
template <class V>
[[gnu::always_inline]] inline void hold(V& v) noexcept {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
}

// a * b + c, rounded once on the FMA levels; the baseline rounds twice.
inline Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) noexcept {
#if defined(__AVX512F__)
  return (Vec<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (Vec<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (Vec<float>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

inline Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) noexcept {
#if defined(__AVX512F__)
  return (Vec<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  return (Vec<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
  return (Vec<double>)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#else
  return a * b + c;
#endif
}

// Square roots, correctly rounded. (maskz: g++ 12 warns of an uninitialized value inside its own
// unmasked form.)
inline Vec<float> sqrt(Vec<float> x) noexcept {
#if defined(__AVX512F__)
  return (Vec<float>)_mm512_maskz_sqrt_ps(0xFFFF, (__m512)x);
#elif defined(__AVX2__)
  return (Vec<float>)_mm256_sqrt_ps((__m256)x);
#elif defined(__x86_64__)
  return (Vec<float>)_mm_sqrt_ps((__m128)x);
#else
  return (Vec<float>)vsqrtq_f32((float32x4_t)x);
#endif
}

inline Vec<double> sqrt(Vec<double> x) noexcept {
#if defined(__AVX512F__)
  return (Vec<double>)_mm512_maskz_sqrt_pd(0xFF, (__m512d)x);
#elif defined(__AVX2__)
  return (Vec<double>)_mm256_sqrt_pd((__m256d)x);
#elif defined(__x86_64__)
  return (Vec<double>)_mm_sqrt_pd((__m128d)x);
#else
  return (Vec<double>)vsqrtq_f64((float64x2_t)x);
#endif
}

// The 64-bit products of the low halves of 64-bit lanes.
inline Vec<std::uint64_t> multiply_low(Vec<std::uint64_t> a, Vec<std::uint64_t> b) noexcept {
#if defined(__AVX512F__)
  // maskz as above
  return (Vec<std::uint64_t>)_mm512_maskz_mul_epu32(0xFF, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Vec<std::uint64_t>)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
  return (Vec<std::uint64_t>)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (Vec<std::uint64_t>)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#endif
}

template <class T>
inline Vec<T> select(Mask<T> mask, Vec<T> a, Vec<T> b) noexcept {
  return mask ? a : b;
}

// All bits set in the first n lanes, none where n is negative.
template <class T>
inline Mask<T> first_lanes(int n) noexcept {
  Mask<T> index;
  for (int lane = 0; lane < lanes<T>; ++lane) index[lane] = lane;
  return index < static_cast<Int<T>>(n);
}

// Lane l of the result is lane index[l] of v.
template <class T>
inline Vec<T> permute(Vec<T> v, Mask<T> index) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)index, (__m512)v);
  } else {
    return (Vec<T>)_mm512_maskz_permutexvar_pd(0xff, (__m512i)index, (__m512d)v);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm256_permutevar8x32_ps((__m256)v, (__m256i)index);
  } else {
    // There is no such instruction for doubles: their halves are lanes 2 i and 2 i + 1.
    const Mask<T> even = index * 2, halves = even | ((even + 1) << 32);
    return (Vec<T>)_mm256_permutevar8x32_ps((__m256)v, (__m256i)halves);
  }
#else
  Vec<T> moved = v;
  for (int lane = 0; lane < lanes<T>; ++lane) moved[lane] = v[index[lane]];
  return moved;
#endif
}

// The smaller of x and a bound; x where either is NaN. The masks of all ones stand for the plain
// _mm512_min_ps, whose definition in g++ 12 warns of an uninitialized value.
template <class T>
inline Vec<T> at_most(Vec<T> x, Vec<T> bound) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm512_maskz_min_ps(0xffff, (__m512)bound, (__m512)x);
  } else {
    return (Vec<T>)_mm512_maskz_min_pd(0xff, (__m512d)bound, (__m512d)x);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm256_min_ps((__m256)bound, (__m256)x);
  } else {
    return (Vec<T>)_mm256_min_pd((__m256d)bound, (__m256d)x);
  }
#else
  return x > bound ? bound : x;
#endif
}
template <class T>
inline Vec<T> at_most(Vec<T> x, T bound) noexcept {
  return at_most<T>(x, splat(bound));
}

// The greater of the two, likewise.
template <class T>
inline Vec<T> at_least(Vec<T> x, Vec<T> bound) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm512_maskz_max_ps(0xffff, (__m512)bound, (__m512)x);
  } else {
    return (Vec<T>)_mm512_maskz_max_pd(0xff, (__m512d)bound, (__m512d)x);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return (Vec<T>)_mm256_max_ps((__m256)bound, (__m256)x);
  } else {
    return (Vec<T>)_mm256_max_pd((__m256d)bound, (__m256d)x);
  }
#else
  return x < bound ? bound : x;
#endif
}
template <class T>
inline Vec<T> at_least(Vec<T> x, T bound) noexcept {
  return at_least<T>(x, splat(bound));
}

template <class T>
inline Vec<T> abs(Vec<T> x) noexcept {
  return (Vec<T>)((Bits<T>)x & ~(Bits<T>)splat(T{-0.0}));
}

// The magnitude of x with the sign of y.
template <class T>
inline Vec<T> copysign(Vec<T> x, Vec<T> y) noexcept {
  const auto sign = (Bits<T>)splat(T{-0.0});
  return (Vec<T>)(((Bits<T>)x & ~sign) | ((Bits<T>)y & sign));
}

// Whether the mask holds in any lane.
template <class T>
inline bool any(Mask<T> mask) noexcept {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_epi8((__m256i)mask) != 0;
#elif defined(__x86_64__)
  return _mm_movemask_epi8((__m128i)mask) != 0;
#else
  return vmaxvq_u32((uint32x4_t)mask) != 0;
#endif
}

// The first n lanes of p, the others zero: 0 < n < lanes<T>.
template <class T>
inline Vec<T> load_first(const T* p, int n) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    return (Vec<T>)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
  } else if constexpr (std::is_same_v<T, double>) {
    return (Vec<T>)_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), p);
  }
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<T, float>) {
    return (Vec<T>)_mm256_maskload_ps(p, (__m256i)first_lanes<T>(n));
  } else if constexpr (std::is_same_v<T, double>) {
    return (Vec<T>)_mm256_maskload_pd(p, (__m256i)first_lanes<T>(n));
  }
#endif
  T lane[lanes<T>] = {};
  std::memcpy(lane, p, n * sizeof(T));
  return load(lane);
}

// The lanes of p that the mask holds, the others zero.
template <class T>
inline Vec<T> load_lanes(const T* p, Mask<T> mask) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    return (Vec<T>)_mm512_maskz_loadu_ps(_mm512_movepi32_mask((__m512i)mask), p);
  } else if constexpr (std::is_same_v<T, double>) {
    return (Vec<T>)_mm512_maskz_loadu_pd(_mm512_movepi64_mask((__m512i)mask), p);
  }
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<T, float>) {
    return (Vec<T>)_mm256_maskload_ps(p, (__m256i)mask);
  } else if constexpr (std::is_same_v<T, double>) {
    return (Vec<T>)_mm256_maskload_pd(p, (__m256i)mask);
  }
#endif
  Vec<T> v{};
  for (int lane = 0; lane < lanes<T>; ++lane) {
    if (mask[lane]) v[lane] = p[lane];
  }
  return v;
}

template <class T>
inline void store_first(T* p, Vec<T> v, int n) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    return _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
  } else if constexpr (std::is_same_v<T, double>) {
    return _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1), (__m512d)v);
  }
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<T, float>) {
    return _mm256_maskstore_ps(p, (__m256i)first_lanes<T>(n), (__m256)v);
  } else if constexpr (std::is_same_v<T, double>) {
    return _mm256_maskstore_pd(p, (__m256i)first_lanes<T>(n), (__m256d)v);
  }
#endif
  T lane[lanes<T>];
  store(lane, v);
  std::memcpy(p, lane, n * sizeof(T));
}

// A store that goes past the caches, for results that would only displace what is in them: p is a
// multiple of the vector's size. stream_fence() orders such stores before what follows.
template <class T>
inline void stream(T* p, Vec<T> v) noexcept {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), (__m512i)v);
#elif defined(__AVX2__)
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), (__m256i)v);
#elif defined(__x86_64__)
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), (__m128i)v);
#else
  store(p, v);
#endif
}

inline void stream_fence() noexcept {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

}  // namespace deepcore
