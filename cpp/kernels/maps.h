// The maps of the unary and of the binary ops, each in its own file.
#pragma once

#include "kernels/elementwise.h"

namespace deepcore {

Map unary_map(Unary op, Dtype dtype);
Map unary_gradient_map(Unary op, Dtype dtype);
Map binary_map(Binary op, Dtype dtype);
Map binary_gradient_map(Binary op, int operand, Dtype dtype);
Map comparison_map(Comparison op, Dtype dtype);

}  // namespace deepcore
