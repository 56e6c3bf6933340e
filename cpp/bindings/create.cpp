#include "ops/create.h"

#include "bindings/operand.h"

namespace deepcore {

void register_create(py::module_& m) {
  m.def("empty", [](const py::object& shape, Dtype dtype) {
    return empty("empty", to_shape("empty", shape), dtype);
  });
  m.def("full", [](const py::object& shape, const py::object& value, Dtype dtype) {
    const Shape sizes = to_shape("full", shape);
    const auto number = to_number(value);
    if (!number) return full(sizes, value.cast<double>(), dtype);
    number->check("full", dtype);
    return number->kind == Number::Kind::floating ? full(sizes, number->real, dtype)
                                                  : full(sizes, number->whole, dtype);
  });
  m.def("arange", py::overload_cast<std::int64_t, std::int64_t, std::int64_t, Dtype>(&arange));
  m.def("arange", py::overload_cast<double, double, std::int64_t, Dtype>(&arange));
  m.def("linspace", &linspace);
  m.def("eye", &eye);
}

}  // namespace deepcore
