// Matrix products: c = act(a b + bias), the one micro-kernel family behind Linear, @ and, later,
// convolutions and recurrent steps.
//
// Order of summation, on every level and for every form: k is cut into blocks of 256; a block is a
// chain of fused multiply-adds from zero in ascending k; blocks are added in ascending order; then
// c (accumulate) or the bias is added, then the activation is applied. So an element's bits depend
// on its row of a and its column of b alone.
#pragma once

#include <cstdint>

#include "base/parallel.h"
#include "kernels/activation.h"

namespace deepcore {

template <class T>
struct MatmulArgs {
  std::int64_t m, n, k;
  const T* a;  // element (i, p) at a[i * a_row + p * a_col]
  std::int64_t a_row, a_col;
  const T* b;  // element (p, j) at b[p * b_row + j * b_col]
  std::int64_t b_row, b_col;
  T* c;  // (m, n), row-major, contiguous
  bool accumulate = false;
  const T* bias = nullptr;  // n values
  Activation activation = Activation::none;
  T slope = 0;     // of leaky_relu
  T* z = nullptr;  // where a b + bias goes before the activation, when backward needs it
  // Scratch and run cut by this number, which set_num_threads in another thread cannot change
  // between the two.
  std::int64_t threads = num_threads();
};

template <class T>
struct Matmul {
  // Bytes of scratch that run needs for args, 64-byte aligned.
  std::int64_t (*scratch)(const MatmulArgs<T>& args);
  void (*run)(const MatmulArgs<T>& args, void* scratch);
};

template <class T>
Matmul<T> matmul_kernels();

}  // namespace deepcore
