// Losses of single elements: squared and absolute error, binary cross entropy from probabilities
// and from logits. Terms are samples' sums, which the op adds serially in double.
#pragma once

#include <cstdint>

namespace deepcore {

enum class ElementLossKind : std::uint8_t { squared, absolute, binary, binary_logits };

template <class T>
struct ElementLossArgs {
  ElementLossKind kind;
  std::int64_t samples, length;   // of `length` elements each
  const T *x, *y;                 // prediction and target
  const T* weight = nullptr;      // of x's shape, for the binary ones; 1 where none
  const T* pos_weight = nullptr;  // the weight of y = 1 in binary_logits, of x's shape
};

template <class T>
struct ElementLoss {
  void (*elements)(const ElementLossArgs<T>& args, T* loss);  // of x's shape
  void (*terms)(const ElementLossArgs<T>& args, T* terms);    // (samples)
  // dx (+)= g dloss/dx, with g of x's shape, or one number for all (each = false).
  void (*backward)(const ElementLossArgs<T>& args, const T* g, bool each, bool accumulate, T* dx);
};

template <class T>
ElementLoss<T> element_loss_kernels();

}  // namespace deepcore
