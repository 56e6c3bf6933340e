// Local response normalization: each element is divided by a power of its neighbours' energy across
// channels. With the window of channel c from c - size / 2 to c + (size - 1) / 2:
//   d = k + alpha / size * Σ x² over the window      y = x d^-beta
//   dx = dy d^-beta - 2 alpha beta / size * x * Σ dy x d^(-beta - 1) over the windows c is in
#pragma once

#include <cstdint>

namespace deepcore {

template <class T>
struct LocalResponseArgs {
  std::int64_t batch, channels, length, size;
  T alpha, beta, k;
  const T* x;
  // Scratch and backward cut by this number, which set_num_threads in another thread cannot change
  // between them.
  std::int64_t threads = 1;
};

template <class T>
struct LocalResponse {
  void (*forward)(const LocalResponseArgs<T>& args, T* y);
  // Bytes of scratch, 64-byte aligned, that backward needs.
  std::int64_t (*scratch)(const LocalResponseArgs<T>& args);
  void (*backward)(const LocalResponseArgs<T>& args, const T* dy, bool accumulate, T* dx,
                   void* scratch);
};

template <class T>
LocalResponse<T> local_response_kernels();

}  // namespace deepcore
