// Elements of planes by position: x holds `from` elements a plane, each with the position in a
// plane of `to` elements that belongs to it. Positions are in 0 ... to - 1.
#pragma once

#include <cstdint>

namespace deepcore {

struct Unpooling {
  std::int64_t planes, from, to;
  const std::int64_t* index;
};

template <class T>
struct Unpool {
  // y[index] = x and zero elsewhere; of elements with one position the last stays.
  void (*place)(const Unpooling& u, const T* x, T* y);
  // y[index] += x, over zeros unless it accumulates.
  void (*add)(const Unpooling& u, const T* x, bool accumulate, T* y);
  // x (+)= y[index]
  void (*pick)(const Unpooling& u, const T* y, bool accumulate, T* x);
};

template <class T>
Unpool<T> unpool_kernels();

}  // namespace deepcore
