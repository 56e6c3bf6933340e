// Whether a tensor holds finite numbers alone; no node, as there is nothing to differentiate.
#pragma once

#include "graph/tensor.h"

namespace deepcore {

bool all_finite(const Tensor& x);

}  // namespace deepcore
