#include "bindings/operand.h"

#include <pybind11/gil_safe_call_once.h>
#include <pybind11/numpy.h>

#include "ops/elementwise.h"

namespace deepcore {
namespace {

bool is_numpy_scalar(const py::handle& object) {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> generic;
  return py::isinstance(object, generic
                                    .call_once_and_store_result(
                                        [] { return py::module_::import("numpy").attr("generic"); })
                                    .get_stored());
}

Number whole_number(PyObject* object) {
  const auto value = PyLong_AsLongLong(object);
  if (value == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw ValueError("number", "a whole number must fit into 64 bits, got ",
                     std::string(py::str(py::handle(object))), ".");
  }
  return Number::of(std::int64_t{value});
}

}  // namespace

std::optional<Number> to_number(const py::handle& object) {
  PyObject* p = object.ptr();
  if (PyFloat_Check(p)) return Number::of(PyFloat_AS_DOUBLE(p));
  if (PyBool_Check(p)) return Number::of(p == Py_True);
  if (PyLong_Check(p)) return whole_number(p);
  if (is_numpy_scalar(object)) return to_number(object.attr("item")());
  return std::nullopt;
}

std::optional<Operand> to_operand(const py::handle& object) {
  if (is_tensor(object)) return object.cast<Tensor>();
  if (const auto number = to_number(object)) return *number;
  if (py::isinstance<py::array>(object)) return to_tensor(object);
  return std::nullopt;
}

Operand to_operand(const char* op, const py::handle& object) {
  if (auto operand = to_operand(object)) return *std::move(operand);
  throw TypeError(op, "an operand must be a tensor, a number or an array, got ",
                  std::string(py::str(py::type::of(object).attr("__name__"))), ".");
}

Operand to_scaled_operand(const char* op, const py::handle& object, const py::handle& alpha) {
  Operand b = to_operand(op, object);
  const auto factor = to_number(alpha);
  if (!factor) throw TypeError(op, "alpha must be a number.");
  if (factor->real == 1) return b;
  if (b.tensor) return binary(Binary::mul, b, *factor);
  const bool real =
      b.number.kind == Number::Kind::floating || factor->kind == Number::Kind::floating;
  return real ? Number::of(b.number.real * factor->real)
              : Number::of(static_cast<std::int64_t>(static_cast<std::uint64_t>(b.number.whole) *
                                                     static_cast<std::uint64_t>(factor->whole)));
}

std::optional<Bounds> to_bounds(const py::handle& low, const py::handle& high) {
  const Bounds bounds{to_number(low), to_number(high)};
  const bool known = (low.is_none() || bounds.first) && (high.is_none() || bounds.second);
  return known ? std::optional(bounds) : std::nullopt;
}

}  // namespace deepcore
