// In-place methods, and the operators += -= *= /=.
#include "bindings/operand.h"
#include "ops/elementwise.h"

namespace deepcore {
namespace {

using TensorClass = py::class_<TensorImpl, Tensor>;

bool records(const Operand& x) {
  return grad_enabled() && x.tensor && x.tensor->requires_grad();
}

// x op= b writes x, unless that would have to record a gradient: then x is replaced by a new
// tensor, as `x = x op b` does, so that `loss += term` and `out += identity` mean what they say.
// A leaf keeps its identity, so there it is an error.
py::object update(Binary op, const py::object& self, const py::handle& other) {
  const auto b = to_operand(other);
  if (!b) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
  const Tensor x = self.cast<Tensor>();
  const bool recording_leaf = records(x) && x->variable()->is_leaf();
  if (recording_leaf || !(records(x) || records(*b))) {
    binary_in_place(op, x, *b);
    return self;
  }
  const Tensor y = binary(op, x, *b);
  if (!(y->shape() == x->shape()) || y->dtype() != x->dtype()) {
    throw ValueError(name_of(op), "the result must keep the tensor's shape ", x->shape(),
                     " and dtype ", x->dtype(), ", got ", y->shape(), " and ", y->dtype(), ".");
  }
  return py::cast(y);
}

void define_update(TensorClass& tensor, const char* name, const char* method, Binary op) {
  tensor.def(name, [op](const py::object& self, const py::handle& other) {
    return update(op, self, other);
  });
  tensor.def(
      method,
      [op, method](const py::object& self, const py::handle& other) {
        binary_in_place(op, self.cast<Tensor>(), to_operand(method, other));
        return self;
      },
      py::arg("other"));
}

// add_ and sub_ take PyTorch's alpha.
void define_scaled_update(TensorClass& tensor, const char* name, const char* method, Binary op) {
  define_update(tensor, name, method, op);
  tensor.def(
      method,
      [op, method](const py::object& self, const py::handle& other, const py::handle& alpha) {
        binary_in_place(op, self.cast<Tensor>(), to_scaled_operand(method, other, alpha));
        return self;
      },
      py::arg("other"), py::kw_only(), py::arg("alpha"));
}

py::object fill(const char* name, const py::object& self, const Operand& value) {
  copy_in_place(name, self.cast<Tensor>(), value);
  return self;
}

}  // namespace

void register_in_place(TensorClass& tensor) {
  define_scaled_update(tensor, "__iadd__", "add_", Binary::add);
  define_scaled_update(tensor, "__isub__", "sub_", Binary::sub);
  define_update(tensor, "__imul__", "mul_", Binary::mul);
  define_update(tensor, "__itruediv__", "div_", Binary::div);
  tensor
      .def("zero_",
           [](const py::object& self) { return fill("zero_", self, Number::of(std::int64_t{0})); })
      .def(
          "fill_",
          [](const py::object& self, const py::handle& value) {
            return fill("fill_", self, to_operand("fill_", value));
          },
          py::arg("value"))
      .def(
          "copy_",
          [](const py::object& self, const py::handle& src) {
            return fill("copy_", self, to_operand("copy_", src));
          },
          py::arg("src"))
      .def(
          "clamp_",
          [](const py::object& self, const py::handle& low, const py::handle& high) {
            const auto bounds = to_bounds(low, high);
            if (!bounds) throw TypeError("clamp_", "min and max must be numbers or None.");
            clamp_in_place(self.cast<Tensor>(), bounds->first, bounds->second);
            return self;
          },
          py::arg("min") = py::none(), py::arg("max") = py::none());
}

}  // namespace deepcore
