// How the inputs of an element-wise map lie against its output, in as few axes as will do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/shape.h"

namespace deepcore {

struct Broadcast {
  static constexpr int max_inputs = 4;
  struct Input {
    // Elements after which the input starts anew: n where it lies as the output does, 1 for a
    // single element, the length of a row; 0 where elements repeat within.
    std::int64_t period = 0;
    int element_size = 0;                       // bytes
    std::int64_t stride[Shape::max_rank] = {};  // in elements; 0 along broadcast axes
  };

  std::int64_t n = 0;  // elements of the output
  int rank = 0;        // axes after merging those that all inputs walk alike
  std::int64_t size[Shape::max_rank] = {};
  int inputs = 0;
  Input input[max_inputs];

  // Starts with no input; every one that is added must broadcast to `output`.
  explicit Broadcast(const Shape& output);
  void add(const Shape& shape, int element_size);
  // Merges axes; called once after the last add.
  void merge();
  // n elements in order, of every input alike.
  static Broadcast flat(std::int64_t n, std::initializer_list<int> element_sizes);
};

inline Broadcast::Broadcast(const Shape& output) : n(output.numel()), rank(output.rank()) {
  for (int axis = 0; axis < rank; ++axis) size[axis] = output[axis];
}

inline void Broadcast::add(const Shape& shape, int element_size) {
  Input& to = input[inputs++];
  to.element_size = element_size;
  const int offset = rank - shape.rank();
  std::int64_t step = 1, alike = 1;  // `alike` elements of both, counted from the last axis
  bool trailing = true;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    to.stride[offset + axis] = shape[axis] == 1 ? 0 : step;
    step *= shape[axis];
    trailing = trailing && shape[axis] == size[offset + axis];
    if (trailing) alike = step;
  }
  to.period = step == alike ? step : 0;
}

inline void Broadcast::merge() {
  int last = -1;  // the axis under construction, of those kept
  for (int axis = 0; axis < rank; ++axis) {
    if (size[axis] == 1) continue;
    bool merges = last >= 0;
    for (int i = 0; i < inputs && merges; ++i) {
      merges = input[i].stride[last] == input[i].stride[axis] * size[axis];
    }
    if (merges) {
      size[last] *= size[axis];
    } else {
      size[++last] = size[axis];
    }
    for (int i = 0; i < inputs; ++i) input[i].stride[last] = input[i].stride[axis];
  }
  rank = last + 1;
}

inline Broadcast Broadcast::flat(std::int64_t n, std::initializer_list<int> element_sizes) {
  Broadcast shape(Shape{n});
  for (int size : element_sizes) shape.add(Shape{n}, size);
  return shape;
}

}  // namespace deepcore
