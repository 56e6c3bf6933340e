#include "kernels/unpool.h"

#include <algorithm>

#include "base/parallel.h"

namespace deepcore {
namespace {

// Calls f(index, from, to) for the first element of what each plane has.
template <class T, class F>
void for_planes(const Unpooling& u, const F& f) {
  const auto bytes = (u.from * 3 + u.to) * static_cast<std::int64_t>(sizeof(T));
  parallel_for(u.planes, grain_of(grain_bytes, bytes), [&](std::int64_t begin, std::int64_t end) {
    for (auto plane = begin; plane < end; ++plane) {
      f(u.index + plane * u.from, plane * u.from, plane * u.to);
    }
  });
}

template <class T>
void place(const Unpooling& u, const T* x, T* y) {
  for_planes<T>(u, [&](const std::int64_t* index, auto from, auto to) {
    std::fill(y + to, y + to + u.to, T{0});
    for (std::int64_t i = 0; i < u.from; ++i) y[to + index[i]] = x[from + i];
  });
}

template <class T>
void add(const Unpooling& u, const T* x, bool accumulate, T* y) {
  for_planes<T>(u, [&](const std::int64_t* index, auto from, auto to) {
    if (!accumulate) std::fill(y + to, y + to + u.to, T{0});
    for (std::int64_t i = 0; i < u.from; ++i) y[to + index[i]] += x[from + i];
  });
}

template <class T>
void pick(const Unpooling& u, const T* y, bool accumulate, T* x) {
  for_planes<T>(u, [&](const std::int64_t* index, auto from, auto to) {
    for (std::int64_t i = 0; i < u.from; ++i) {
      x[from + i] = (accumulate ? x[from + i] : T{0}) + y[to + index[i]];
    }
  });
}

}  // namespace

template <class T>
Unpool<T> unpool_kernels() {
  return {.place = place<T>, .add = add<T>, .pick = pick<T>};
}
template Unpool<float> unpool_kernels();
template Unpool<double> unpool_kernels();

}  // namespace deepcore
