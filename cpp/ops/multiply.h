// One matrix product with scratch of its own, for the ops that are made of products.
#pragma once

#include "base/storage.h"
#include "kernels/kernels.h"

namespace deepcore {

template <class T>
void multiply(const MatmulArgs<T>& args) {
  const auto& matmul = kernels().of<T>().matmul;
  const Scratch scratch(matmul.scratch(args));
  matmul.run(args, scratch.data());
}

// c (m, n) (+)= a (m, k) b (k, n), all row-major; a or b may be read transposed: then it lies in
// memory as (k, m) or (n, k).
enum class Stored : bool { plain, transposed };

template <class T>
MatmulArgs<T> product(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, Stored a_stored,
                      const T* b, Stored b_stored, T* c, bool accumulate = false) {
  const bool at = a_stored == Stored::transposed, bt = b_stored == Stored::transposed;
  MatmulArgs<T> args{};
  args.m = m, args.n = n, args.k = k;
  args.a = a, args.a_row = at ? 1 : k, args.a_col = at ? m : 1;
  args.b = b, args.b_row = bt ? 1 : n, args.b_col = bt ? k : 1;
  args.c = c, args.accumulate = accumulate;
  return args;
}

}  // namespace deepcore
