// Sequences of several lengths: rows of a padded batch, and the same rows packed, step by step, the
// longest sequence first, without the padding.
#pragma once

#include <cstdint>

namespace deepcore {

// Step t of sequence b is row offsets[t] + ranks[b] of the packed ones, where t < lengths[b]; the
// batch's other rows are padding, and are never read.
struct PackArgs {
  std::int64_t steps, batch, features;
  bool batch_first;
  const std::int64_t* lengths;
  const std::int64_t* ranks;
  const std::int64_t* offsets;
};

template <class T>
struct Pack {
  // packed = or += padded.
  void (*pack)(const PackArgs& args, const T* padded, T* packed, bool accumulate);
  // padded = packed and `padding`; or padded += packed.
  void (*unpack)(const PackArgs& args, const T* packed, T padding, T* padded, bool accumulate);
};

template <class T>
Pack<T> pack_kernels();

}  // namespace deepcore
