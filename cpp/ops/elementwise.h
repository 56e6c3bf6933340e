// Element-wise ops with broadcasting, PyTorch's promotion and gradients, and their in-place forms.
#pragma once

#include <optional>
#include <utility>

#include "kernels/elementwise.h"
#include "ops/operand.h"

namespace deepcore {

const char* name_of(Unary op);
const char* name_of(Binary op);
const char* name_of(Comparison op);

// Whole numbers become float32 where the op leaves them (exp, sqrt, ...).
Tensor unary(Unary op, const Tensor& x);
Tensor binary(Binary op, const Operand& a, const Operand& b);
Tensor compare(Comparison op, const Operand& a, const Operand& b);
// and, or, xor of truth values.
Tensor logical(const char* name, Binary op, const Operand& a, const Operand& b);
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);
// low <= y <= high; a bound may be absent, NaN stays.
Tensor clamp(const Tensor& x, const std::optional<Number>& low, const std::optional<Number>& high);
// The bounds as operands: for an absent one, the lowest or highest value there is.
std::pair<Operand, Operand> clamp_bounds(const Tensor& x, const std::optional<Number>& low,
                                         const std::optional<Number>& high);
// x itself if it has the dtype.
Tensor cast(const Tensor& x, Dtype dtype);

// In place: x = x op b, x = b, x = clamp(x).
void binary_in_place(Binary op, const Tensor& x, const Operand& b);
void copy_in_place(const char* name, const Tensor& x, const Operand& b);
void clamp_in_place(const Tensor& x, const std::optional<Number>& low,
                    const std::optional<Number>& high);

}  // namespace deepcore
