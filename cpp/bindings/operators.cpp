#include "bindings/operators.h"

#include <algorithm>
#include <new>

#include "bindings/errors.h"
#include "bindings/operand.h"
#include "ops/elementwise.h"

namespace deepcore {
namespace {

// What f returns, or nullptr with Python's error set to what it throws.
template <class F>
PyObject* guarded(const F& f) noexcept {
  try {
    return f().release().ptr();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const Error& error) {
    set_python_error(error);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

// So that Python asks the other side, or says that the operator is not supported.
py::object not_implemented() {
  return py::reinterpret_borrow<py::object>(Py_NotImplemented);
}

Tensor compute(Binary op, const Operand& a, const Operand& b) {
  const ReleaseGil release(std::max(a.numel(), b.numel()));
  return binary(op, a, b);
}

// Either side is a Tensor.
template <Binary op>
PyObject* operate(PyObject* left, PyObject* right) noexcept {
  return guarded([&]() -> py::object {
    const auto a = to_operand(left), b = to_operand(right);
    return a && b ? py::cast(compute(op, *a, *b)) : not_implemented();
  });
}

template <Binary op>
PyObject* power(PyObject* left, PyObject* right, PyObject* modulus) noexcept {
  if (modulus != Py_None) return guarded([] { return not_implemented(); });
  return operate<op>(left, right);
}

bool records(const Operand& x) {
  return grad_enabled() && x.tensor && x.tensor->requires_grad();
}

// x op= b writes x, unless that would have to record a gradient: then x is replaced by a new
// tensor, as `x = x op b` does, so that `loss += term` and `out += identity` mean what they say.
// A leaf keeps its identity, so there it is an error.
py::object update(Binary op, const py::handle& self, const py::handle& other) {
  const auto b = to_operand(other);
  if (!b) return not_implemented();
  const Tensor x = self.cast<Tensor>();
  const bool recording_leaf = records(x) && x->variable()->is_leaf();
  if (recording_leaf || !(records(x) || records(*b))) {
    const ReleaseGil release(x->numel());
    binary_in_place(op, x, *b);
  } else {
    const Tensor y = compute(op, x, *b);
    if (y->shape() == x->shape() && y->dtype() == x->dtype()) return py::cast(y);
    throw ValueError(name_of(op), "the result must keep the tensor's shape ", x->shape(),
                     " and dtype ", x->dtype(), ", got ", y->shape(), " and ", y->dtype(), ".");
  }
  return py::reinterpret_borrow<py::object>(self);
}

template <Binary op>
PyObject* update(PyObject* self, PyObject* other) noexcept {
  return guarded([&] { return update(op, self, other); });
}

}  // namespace

void set_operators(PyHeapTypeObject* type) {
  PyNumberMethods& number = type->as_number;
  number.nb_add = operate<Binary::add>;
  number.nb_subtract = operate<Binary::sub>;
  number.nb_multiply = operate<Binary::mul>;
  number.nb_true_divide = operate<Binary::div>;
  number.nb_power = power<Binary::pow>;
  number.nb_and = operate<Binary::bit_and>;
  number.nb_or = operate<Binary::bit_or>;
  number.nb_xor = operate<Binary::bit_xor>;
  number.nb_inplace_add = update<Binary::add>;
  number.nb_inplace_subtract = update<Binary::sub>;
  number.nb_inplace_multiply = update<Binary::mul>;
  number.nb_inplace_true_divide = update<Binary::div>;
}

}  // namespace deepcore
