// Resampling of planes (rows, columns): every place of an output axis is a weighted sum of a few
// places of the input axis, first along one axis, then along the other. The gradient is the same
// with the taps transposed.
#pragma once

#include <cstdint>

#include "base/vec.h"

namespace deepcore {

// Tap k of place o is at [k * stride + o]: weight times the element at index. Indices ascend with k
// and with o; beyond an end (the last place, a place's last tap) they repeat what came before, so
// that whole vectors may be read.
template <class T>
struct Taps {
  std::int64_t in = 1, out = 1;
  std::int64_t stride = 0;        // `out` rounded up to the lanes of the widest level
  std::int64_t most = 1;          // taps of a place at most
  std::int64_t span = 1;          // places of the input from a place's first tap to its last
  const Int<T>* index = nullptr;  // null: the axis stays as it is
  const T* weight = nullptr;      // null: every place takes one element as it is
  const Int<T>* count = nullptr;  // taps of each place; null: all have `most`
};

template <class T>
struct ResampleArgs {
  std::int64_t planes = 0;
  Taps<T> rows, columns;  // at least one of them is no identity
  const T* x = nullptr;
  T* y = nullptr;
  bool accumulate = false;
  void* scratch = nullptr;  // what scratch() says, for as many pieces
  std::int64_t pieces = 1;  // that may run at the same time
};

template <class T>
struct Resample {
  std::int64_t (*scratch)(const ResampleArgs<T>& args);  // bytes a piece, a multiple of 64
  void (*run)(const ResampleArgs<T>& args);
};

template <class T>
Resample<T> resample_kernels();

}  // namespace deepcore
