// The other operand of an element-wise op, from Python.
#pragma once

#include <optional>
#include <utility>

#include "bindings/common.h"
#include "ops/operand.h"

namespace deepcore {

// A Python or NumPy number, or none for anything else.
std::optional<Number> to_number(const py::handle& object);

// A tensor, a number, or an array as a tensor of its own dtype; none for anything else.
std::optional<Operand> to_operand(const py::handle& object);

// The same, or a TypeError that names the op.
Operand to_operand(const char* op, const py::handle& object);

// PyTorch's alpha: alpha * object.
Operand to_scaled_operand(const char* op, const py::handle& object, const py::handle& alpha);

// Two bounds that are numbers or None; nothing if either is something else.
using Bounds = std::pair<std::optional<Number>, std::optional<Number>>;
std::optional<Bounds> to_bounds(const py::handle& low, const py::handle& high);

}  // namespace deepcore
