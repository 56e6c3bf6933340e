#include "kernels/pack.h"

#include <algorithm>

#include "base/parallel.h"

namespace deepcore {
namespace {

template <class T>
void move_row(const T* from, std::int64_t n, T* to, bool accumulate) noexcept {
  if (accumulate) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(to[i] + from[i]);
  } else {
    std::copy_n(from, n, to);
  }
}

// Calls row(i, packed row) for every row i of the batch; -1 where it is padding.
template <class T, class F>
void each_row(const PackArgs& args, const F& row) {
  if (args.features == 0) return;  // rows that take no memory may be countless
  const auto inner = args.batch_first ? args.steps : args.batch;
  const auto bytes = args.features * std::int64_t{2 * sizeof(T)};
  parallel_for(args.steps * args.batch, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    for (auto i = begin; i < end; ++i) {
      const auto outer = i / inner, rest = i - outer * inner;
      const auto b = args.batch_first ? outer : rest, t = args.batch_first ? rest : outer;
      row(i, t < args.lengths[b] ? args.offsets[t] + args.ranks[b] : -1);
    }
  });
}

template <class T>
void pack(const PackArgs& args, const T* padded, T* packed, bool accumulate) {
  const auto n = args.features;
  each_row<T>(args, [=](std::int64_t i, std::int64_t row) {
    if (row >= 0) move_row(padded + i * n, n, packed + row * n, accumulate);
  });
}

template <class T>
void unpack(const PackArgs& args, const T* packed, T padding, T* padded, bool accumulate) {
  const auto n = args.features;
  each_row<T>(args, [=](std::int64_t i, std::int64_t row) {
    if (row >= 0) {
      move_row(packed + row * n, n, padded + i * n, accumulate);
    } else if (!accumulate) {
      std::fill_n(padded + i * n, n, padding);
    }
  });
}

}  // namespace

template <class T>
Pack<T> pack_kernels() {
  return {.pack = pack<T>, .unpack = unpack<T>};
}
template Pack<float> pack_kernels();
template Pack<double> pack_kernels();
template Pack<std::int64_t> pack_kernels();
template Pack<std::uint8_t> pack_kernels();

}  // namespace deepcore
