// What an element-wise op takes: a tensor, or a number that bends to the tensors beside it.
#pragma once

#include <cstdint>

#include "graph/tensor.h"

namespace deepcore {

// A Python or NumPy number. It decides a result's kind (bool, whole, floating), not its precision.
struct Number {
  enum class Kind : std::uint8_t { boolean, whole, floating };
  Kind kind = Kind::whole;
  std::int64_t whole = 0;
  double real = 0;

  static Number of(bool value) { return {Kind::boolean, value, static_cast<double>(value)}; }
  static Number of(std::int64_t value) { return {Kind::whole, value, static_cast<double>(value)}; }
  static Number of(double value) { return {Kind::floating, 0, value}; }

  // ValueError if it is a whole number that does not fit into a dtype.
  void check(const char* op, Dtype dtype) const;
  // As one element of dtype, checked.
  void write(const char* op, Dtype dtype, std::byte* to) const;
};

struct Operand {
  Operand(Tensor x) : tensor(std::move(x)) {}
  Operand(Number x) : number(x) {}

  std::int64_t numel() const { return tensor ? tensor->numel() : 1; }
  Shape shape() const { return tensor ? tensor->shape() : Shape(); }

  Tensor tensor;  // none for a number
  Number number;
};

// The dtype two operands meet in, by PyTorch's rules: a tensor with axes decides over one without,
// and either over a number, unless the other's kind is higher.
Dtype promoted(const Operand& a, const Operand& b);

}  // namespace deepcore
