// Clipping the gradients of parameters in place.
#pragma once

#include <vector>

#include "graph/tensor.h"

namespace deepcore {

// Scales the gradients of all parameters, where their norm ‖g‖_p as one vector is above max_norm,
// by max_norm / (norm + 1e-6). Gives the norm before; with error_if_nonfinite a norm that is not
// finite is an error, and the gradients are left alone.
Tensor clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                      bool error_if_nonfinite);

// Each element of the gradients into -clip_value to clip_value.
void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value);

}  // namespace deepcore
