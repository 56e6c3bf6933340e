// Sums of whole numbers along the axis n of a view, in int64: exact, so in any order.
#pragma once

#include <cstdint>

#include "kernels/view.h"

namespace deepcore {

template <class T>
struct IntegerSum {
  void (*run)(const View& view, const T* x, std::int64_t* y);
};

template <class T>
IntegerSum<T> integer_sum_kernels();

}  // namespace deepcore
