// In-place methods.
#include "bindings/operand.h"
#include "ops/elementwise.h"

namespace deepcore {
namespace {

using TensorClass = py::class_<TensorImpl, Tensor>;

// x op= other, or x op= alpha * other where the method takes PyTorch's alpha.
void define_update(TensorClass& tensor, const char* name, Binary op) {
  tensor.def(
      name,
      [op, name](const py::object& self, const py::handle& other) {
        binary_in_place(op, self.cast<Tensor>(), to_operand(name, other));
        return self;
      },
      py::arg("other"));
  if (op != Binary::add && op != Binary::sub) return;
  tensor.def(
      name,
      [op, name](const py::object& self, const py::handle& other, const py::handle& alpha) {
        binary_in_place(op, self.cast<Tensor>(), to_scaled_operand(name, other, alpha));
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
  define_update(tensor, "add_", Binary::add);
  define_update(tensor, "sub_", Binary::sub);
  define_update(tensor, "mul_", Binary::mul);
  define_update(tensor, "div_", Binary::div);
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
