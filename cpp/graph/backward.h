// The backward walk: gradients of roots with respect to leaves, or to chosen tensors.
#pragma once

#include <vector>

#include "graph/tensor.h"

namespace deepcore {

// Adds the gradient of root to `.grad` of every leaf it depends on. `gradient` is that of root
// itself: none means 1, and root must then have one element.
void backward(const Tensor& root, const Tensor& gradient, bool retain_graph);

// The gradients of roots with respect to `inputs`, in order; `.grad` is left alone. An input that
// no root depends on gives none when allow_unused, else an error.
std::vector<Tensor> gradients(const std::vector<Tensor>& roots, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& root_gradients, bool retain_graph,
                              bool allow_unused);

}  // namespace deepcore
