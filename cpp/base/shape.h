// The sizes of a tensor's axes, held in place: no allocation to make, copy or compare one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <ostream>

#include "base/error.h"

namespace deepcore {

class Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes) {
    for (auto size : sizes) push_back(size);
  }

  int rank() const noexcept { return rank_; }
  std::int64_t operator[](int axis) const noexcept { return sizes_[axis]; }
  std::int64_t& operator[](int axis) noexcept { return sizes_[axis]; }
  std::int64_t back() const noexcept { return sizes_[rank_ - 1]; }
  const std::int64_t* begin() const noexcept { return sizes_; }
  const std::int64_t* end() const noexcept { return sizes_ + rank_; }

  void push_back(std::int64_t size) {
    if (rank_ == max_rank) {
      throw ValueError("shape", "at most ", max_rank, " axes are supported, got more.");
    }
    sizes_[rank_++] = size;
  }
  void insert(int axis, std::int64_t size) {
    push_back(size);
    std::rotate(sizes_ + axis, sizes_ + rank_ - 1, sizes_ + rank_);
  }
  void erase(int axis) noexcept {
    std::copy(sizes_ + axis + 1, sizes_ + rank_, sizes_ + axis);
    --rank_;
  }

  // The product of the sizes of axes first to last - 1.
  std::int64_t numel(int first, int last) const noexcept {
    std::int64_t n = 1;
    for (int axis = first; axis < last; ++axis) n *= sizes_[axis];
    return n;
  }
  std::int64_t numel() const noexcept { return numel(0, rank_); }

  bool operator==(const Shape& other) const noexcept {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::int64_t sizes_[max_rank] = {};
  int rank_ = 0;
};

// As Python prints a tuple: (3,) and (2, 3).
inline std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '(';
  for (int axis = 0; axis < shape.rank(); ++axis) out << (axis ? ", " : "") << shape[axis];
  return out << (shape.rank() == 1 ? ",)" : ")");
}

// The axis an index in -rank ... rank - 1 means.
inline int normalize_axis(const char* op, std::int64_t axis, int rank) {
  const int bound = std::max(rank, 1);  // a scalar answers to 0 and -1, as in PyTorch
  if (axis < -bound || axis >= bound) {
    throw IndexError(op, "dim must be in ", -bound, " to ", bound - 1, " for a tensor of ", rank,
                     " axes, got ", axis, ".");
  }
  return static_cast<int>(axis < 0 ? axis + bound : axis);
}

// NumPy's rule: sizes are compared from the last axis, 1 stretches to the other.
inline Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  const int offset = longer.rank() - shorter.rank();
  for (int axis = 0; axis < shorter.rank(); ++axis) {
    const auto m = longer[offset + axis], n = shorter[axis];
    if (m != n && m != 1 && n != 1) {
      throw ValueError(op, "shapes ", a, " and ", b, " do not broadcast: axis ", offset + axis,
                       " has ", m, " against ", n, ".");
    }
    result[offset + axis] = m == 1 ? n : m;
  }
  return result;
}

// The number of elements, or an error when it does not fit: an op's output is checked before it is
// allocated.
inline std::int64_t checked_numel(const char* op, const Shape& shape) {
  std::int64_t n = 1;
  for (auto size : shape) {
    if (size < 0) throw ValueError(op, "sizes must not be negative, got shape ", shape, ".");
    if (__builtin_mul_overflow(n, size, &n) || n > (std::int64_t{1} << 48)) {
      for (auto other : shape) {
        if (other == 0) return 0;
      }
      throw ValueError(op, "shape ", shape, " has more elements than memory can hold.");
    }
  }
  return n;
}

}  // namespace deepcore
