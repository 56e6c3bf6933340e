// The element types that kernels of every dtype read: truth values are bytes of 0 and 1.
#pragma once

#include "base/dtype.h"

namespace deepcore {

template <class F>
decltype(auto) visit_stored(Dtype dtype, const F& f) {
  switch (dtype) {
    case Dtype::float32:
      return f(TypeTag<float>());
    case Dtype::float64:
      return f(TypeTag<double>());
    case Dtype::int64:
      return f(TypeTag<std::int64_t>());
    default:
      return f(TypeTag<std::uint8_t>());
  }
}

}  // namespace deepcore
