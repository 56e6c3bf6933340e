// Activations as nodes of their own.
#pragma once

#include "graph/tensor.h"
#include "kernels/activation.h"

namespace deepcore {

const char* name_of(Activation activation);

// Whole numbers become float32 first.
Tensor activate(const Tensor& x, Activation activation, double slope = 0.01);

}  // namespace deepcore
