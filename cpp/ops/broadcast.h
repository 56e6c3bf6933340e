// Running maps on inputs that broadcast, and bringing gradients back to the shapes of those inputs.
#pragma once

#include <initializer_list>

#include "graph/gradients.h"
#include "kernels/elementwise.h"

namespace deepcore {

struct MapInput {
  const std::byte* data = nullptr;
  Shape shape;
  Dtype dtype = Dtype::float32;
};

// y (+)= map(inputs...), where every input broadcasts to `shape`, that of y.
void run_map(Map map, const Shape& shape, std::byte* y, Dtype dtype, const MapInput* inputs,
             int count, bool accumulate);

// y (+)= x summed over the axes along which y's shape was broadcast to x's.
void sum_to(const std::byte* x, const Shape& from, std::byte* y, const Shape& to, Dtype dtype,
            bool accumulate);

// Gives input i, of shape `to`, its gradient: map(inputs...), of shape `from`, summed to `to`.
void run_gradient(Gradients& gradients, int i, Map map, const Shape& from, const Shape& to,
                  Dtype dtype, std::initializer_list<MapInput> inputs);

// The same where the map is the identity.
void pass_gradient(Gradients& gradients, int i, const Shape& from, const Shape& to, Dtype dtype);

}  // namespace deepcore
