#include "ops/pad.h"

#include <pybind11/stl.h>

#include "bindings/families.h"

namespace deepcore {
namespace {

double to_value(PadMode mode, const std::string& name, const py::object& value) {
  if (value.is_none()) return 0;
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw TypeError("pad", "value must be a number, got ", Py_TYPE(value.ptr())->tp_name, ".");
  }
  if (mode != PadMode::constant && number != 0) {
    throw ValueError("pad", "value is for mode='constant' alone, got ", number, " for mode='", name,
                     "'.");
  }
  return number;
}

}  // namespace

void register_pad(py::module_& m) {
  m.def(
      "pad",
      [](const Tensor& input, const std::vector<std::int64_t>& pad, const std::string& mode,
         const py::object& value) {
        const PadMode kind = to_pad_mode(mode);
        const double constant = to_value(kind, mode, value);
        const ReleaseGil release(input->numel());
        return deepcore::pad(input, pad, kind, constant);
      },
      py::arg("input"), py::arg("pad"), py::arg("mode") = "constant",
      py::arg("value") = py::none());
}

}  // namespace deepcore
