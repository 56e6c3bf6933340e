#include "kernels/copy.h"

#include <cstring>

#include "kernels/blocks.h"
#include "kernels/interleave.h"
#include "kernels/transpose.h"

namespace deepcore {
namespace {

struct Axis {
  std::int64_t size, from, to;  // strides of the two sides
};

// The axes that matter, the one with the smallest stride in `to` last: those of one element are
// dropped, neighbours that are one axis on both sides are joined.
struct Axes {
  int count = 0;
  Axis axis[Shape::max_rank + 1];

  template <class T>
  explicit Axes(const StridedArgs<T>& args) {
    for (int k = 0; k < args.sizes.rank(); ++k) {
      if (args.sizes[k] != 1)
        axis[count++] = {args.sizes[k], args.from_strides[k], args.to_strides[k]};
    }
    std::stable_sort(axis, axis + count,
                     [](const Axis& a, const Axis& b) { return std::abs(a.to) > std::abs(b.to); });
    join();
  }

 private:
  void join() {
    int last = 0;
    for (int k = 1; k < count; ++k) {
      Axis &outer = axis[last], &inner = axis[k];
      if (outer.from == inner.from * inner.size && outer.to == inner.to * inner.size) {
        outer = {outer.size * inner.size, inner.from, inner.to};
      } else {
        axis[++last] = inner;
      }
    }
    if (count == 0) axis[0] = {1, 1, 1};
    count = last + 1;
  }
};

template <bool accumulate, class T>
void move_row(const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride,
              std::int64_t n) noexcept {
  if (!accumulate && from_stride == 1 && to_stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
    return;
  }
  const auto put = put_element<accumulate, T>;
  if (from_stride == 1 && to_stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) put(to[i], from[i]);
  } else if (from_stride == 0 && to_stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) put(to[i], *from);
  } else {
    for (std::int64_t i = 0; i < n; ++i) put(to[i * to_stride], from[i * from_stride]);
  }
}

// Walks over all indices of some axes, from a given one on.
class Odometer {
 public:
  Odometer(const Axis* axes, int count, std::int64_t start) : axes_(axes), count_(count) {
    for (int k = count - 1; k >= 0; --k) {
      index_[k] = start % axes[k].size;
      start /= axes[k].size;
      from += index_[k] * axes[k].from;
      to += index_[k] * axes[k].to;
    }
  }
  void next() noexcept {
    for (int k = count_ - 1; k >= 0; --k) {
      from += axes_[k].from;
      to += axes_[k].to;
      if (++index_[k] < axes_[k].size) return;
      from -= axes_[k].size * axes_[k].from;
      to -= axes_[k].size * axes_[k].to;
      index_[k] = 0;
    }
  }
  std::int64_t from = 0, to = 0;

 private:
  const Axis* axes_;
  int count_;
  std::int64_t index_[Shape::max_rank] = {};
};

std::int64_t product(const Axis* axes, int count) noexcept {
  std::int64_t n = 1;
  for (int k = 0; k < count; ++k) n *= axes[k].size;
  return n;
}

// Rows along the last axis; a single long one is cut into chunks.
template <bool accumulate, class T>
void move_rows(const StridedArgs<T>& args, const Axes& axes) {
  constexpr std::int64_t chunk = 16'384;
  const Axis row = axes.axis[axes.count - 1];
  const auto rows = product(axes.axis, axes.count - 1), chunks = ceil_div(row.size, chunk);
  const auto bytes = std::min(row.size, chunk) * std::int64_t{2 * sizeof(T)};
  parallel_for(rows * chunks, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    Odometer at(axes.axis, axes.count - 1, begin / chunks);
    for (auto unit = begin; unit < end; ++unit) {
      const auto first = unit % chunks * chunk;
      move_row<accumulate>(args.from + at.from + first * row.from, row.from,
                           args.to + at.to + first * row.to, row.to,
                           std::min(chunk, row.size - first));
      if (first + chunk >= row.size) at.next();
    }
  });
}

// A block of a transpose, small enough for both sides to stay in the L1.
template <bool accumulate, class T>
void transpose_block(const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride,
                     std::int64_t rows, std::int64_t columns) noexcept {
  constexpr std::int64_t side = lanes<T>;
  std::int64_t i = 0;
  for (; i + side <= rows; i += side) {
    std::int64_t j = 0;
    for (; j + side <= columns; j += side) {
      transpose_square<accumulate>(from + i * from_stride + j, from_stride, to + j * to_stride + i,
                                   to_stride);
    }
    for (; j < columns; ++j) {
      move_row<accumulate>(from + i * from_stride + j, from_stride, to + j * to_stride + i, 1,
                           side);
    }
  }
  for (; i < rows; ++i) {
    move_row<accumulate>(from + i * from_stride, 1, to + i, to_stride, columns);
  }
}

// The last axis is contiguous in `to`, axis `other` in `from`.
template <bool accumulate, class T>
void transpose(const StridedArgs<T>& args, const Axes& axes, int other) {
  constexpr std::int64_t block = 64;
  Axis outer[Shape::max_rank];
  int count = 0;
  for (int k = 0; k + 1 < axes.count; ++k) {
    if (k != other) outer[count++] = axes.axis[k];
  }
  const Axis row = axes.axis[axes.count - 1], column = axes.axis[other];
  const auto blocks_i = ceil_div(row.size, block), blocks_j = ceil_div(column.size, block);
  const auto blocks = blocks_i * blocks_j;
  const auto bytes =
      std::min(row.size, block) * std::min(column.size, block) * std::int64_t{2 * sizeof(T)};
  parallel_for(
      product(outer, count) * blocks, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
        Odometer at(outer, count, begin / blocks);
        for (auto unit = begin; unit < end; ++unit) {
          const auto i = unit % blocks / blocks_j * block, j = unit % blocks_j * block;
          transpose_block<accumulate>(
              args.from + at.from + i * row.from + j, row.from, args.to + at.to + i + j * column.to,
              column.to, std::min(block, row.size - i), std::min(block, column.size - j));
          if (unit % blocks == blocks - 1) at.next();
        }
      });
}

// Whether `few` lies within `many`, element by element, on one side: both strides of that side.
bool side_by_side(const Axis& many, const Axis& few, std::int64_t many_stride,
                  std::int64_t few_stride) noexcept {
  return few_stride == 1 && many_stride == few.size && few.size <= most_interleaved &&
         many.size >= 4;
}

// Axes `many` and `few`: few rows of `from` become one of `to`, or the reverse.
template <bool accumulate, bool apart, class T>
void interleaved(const StridedArgs<T>& args, const Axes& axes, int many_axis, int few_axis) {
  constexpr std::int64_t chunk = 4096;
  Axis outer[Shape::max_rank];
  int count = 0;
  for (int k = 0; k < axes.count; ++k) {
    if (k != many_axis && k != few_axis) outer[count++] = axes.axis[k];
  }
  const Axis many = axes.axis[many_axis], few = axes.axis[few_axis];
  const auto chunks = ceil_div(many.size, chunk);
  const auto bytes = std::min(many.size, chunk) * few.size * std::int64_t{2 * sizeof(T)};
  parallel_for(product(outer, count) * chunks, grain_of(grain_bytes, bytes),
               [&](auto begin, auto end) {
                 Odometer at(outer, count, begin / chunks);
                 for (auto unit = begin; unit < end; ++unit) {
                   const auto first = unit % chunks * chunk, n = std::min(chunk, many.size - first);
                   const T* from = args.from + at.from + first * many.from;
                   T* to = args.to + at.to + first * many.to;
                   with_rows(few.size, [&]<int rows>(std::integral_constant<int, rows>) {
                     if constexpr (apart) {
                       deinterleave<accumulate, rows>(from, to, few.to, n);
                     } else {
                       interleave<accumulate, rows>(from, few.from, to, n);
                     }
                   });
                   if (first + chunk >= many.size) at.next();
                 }
               });
}

template <bool accumulate, class T>
bool try_interleaved(const StridedArgs<T>& args, const Axes& axes) {
  const int last = axes.count - 1;
  const Axis& row = axes.axis[last];
  if (row.to != 1) return false;
  for (int k = 0; k < last; ++k) {
    const Axis& axis = axes.axis[k];
    if (axis.from == 1 && side_by_side(axis, row, axis.to, row.to)) {
      interleaved<accumulate, false>(args, axes, k, last);
      return true;
    }
    if (side_by_side(row, axis, row.from, axis.from)) {
      interleaved<accumulate, true>(args, axes, last, k);
      return true;
    }
  }
  return false;
}

template <bool accumulate, class T>
void strided(const StridedArgs<T>& args) {
  const Axes axes(args);
  if (try_interleaved<accumulate>(args, axes)) return;
  const Axis& row = axes.axis[axes.count - 1];
  if constexpr (sizeof(T) >= 4) {
    if (row.to == 1 && row.from != 1 && row.size >= 4) {
      for (int k = 0; k + 1 < axes.count; ++k) {
        if (axes.axis[k].from == 1 && axes.axis[k].size >= 4) {
          return transpose<accumulate>(args, axes, k);
        }
      }
    }
  }
  move_rows<accumulate>(args, axes);
}

template <class T>
void strided(const StridedArgs<T>& args) {
  if (args.sizes.numel() == 0) return;
  args.accumulate ? strided<true>(args) : strided<false>(args);
}

template <class T>
void gather(const View& view, const T* x, const std::int64_t* index, std::int64_t count, T* y) {
  const auto [outer, n, inner] = view;
  const auto bytes = inner * std::int64_t{2 * sizeof(T)};
  parallel_for(outer * count, grain_of(grain_bytes, bytes),
               [=, n = n, inner = inner](std::int64_t begin, std::int64_t end) {
                 for (auto row = begin; row < end; ++row) {
                   const auto o = row / count;
                   const T* from = x + (o * n + index[row - o * count]) * inner;
                   if (inner == 1) {
                     y[row] = *from;
                   } else {
                     move_row<false>(from, 1, y + row * inner, 1, inner);
                   }
                 }
               });
}

// Threads split the columns, never the indices, of which two may be equal.
template <class T>
void scatter(const View& view, const T* y, const std::int64_t* index, std::int64_t count,
             bool accumulate, T* x) {
  constexpr std::int64_t chunk = 128;
  const auto chunks = ceil_div(view.inner, chunk);
  const auto bytes = count * std::min(view.inner, chunk) * std::int64_t{2 * sizeof(T)};
  const auto move = accumulate ? move_row<true, T> : move_row<false, T>;
  parallel_for(view.outer * chunks, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    for (auto unit = begin; unit < end; ++unit) {
      const auto o = unit / chunks, first = unit % chunks * chunk;
      const auto width = std::min(chunk, view.inner - first);
      for (std::int64_t k = 0; k < count; ++k) {
        move(y + (o * count + k) * view.inner + first, 1,
             x + (o * view.n + index[k]) * view.inner + first, 1, width);
      }
    }
  });
}

}  // namespace

template <class T>
Copy<T> copy_kernels() {
  return {.strided = strided<T>, .gather = gather<T>, .scatter = scatter<T>};
}
template Copy<float> copy_kernels();
template Copy<double> copy_kernels();
template Copy<std::int64_t> copy_kernels();
template Copy<std::uint8_t> copy_kernels();

}  // namespace deepcore
