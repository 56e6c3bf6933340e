// A register of floats as two registers of doubles, and back.
#pragma once

#include "base/vec.h"

namespace deepcore {

typedef float HalfOfFloats __attribute__((vector_size(vector_bytes / 2)));

struct Doubles {
  Vec<double> low, high;
};

inline Doubles widen(Vec<float> x) noexcept {
  struct Halves {
    HalfOfFloats low, high;
  };
  const auto halves = __builtin_bit_cast(Halves, x);
  return {__builtin_convertvector(halves.low, Vec<double>),
          __builtin_convertvector(halves.high, Vec<double>)};
}

inline Vec<float> narrow(Vec<double> low, Vec<double> high) noexcept {
  struct Halves {
    HalfOfFloats low, high;
  };
  const Halves halves = {__builtin_convertvector(low, HalfOfFloats),
                         __builtin_convertvector(high, HalfOfFloats)};
  return __builtin_bit_cast(Vec<float>, halves);
}

}  // namespace deepcore
