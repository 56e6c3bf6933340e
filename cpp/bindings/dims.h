// Axes as Python gives them.
#pragma once

#include "bindings/common.h"
#include "ops/axes.h"

namespace deepcore {

// None, an int, or a tuple or list of ints.
inline Dims to_dims(const char* op, const py::handle& object) {
  if (object.is_none()) return std::nullopt;
  const Shape dims = to_shape(op, object);
  return std::vector<std::int64_t>(dims.begin(), dims.end());
}

}  // namespace deepcore
