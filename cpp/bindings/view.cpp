#include "ops/view.h"

#include "bindings/dims.h"

namespace deepcore {
namespace {

// Both as methods and as functions, and `axis` for `dim`.
template <class F>
void define(py::module_& m, py::class_<TensorImpl, Tensor>& tensor, const char* name, F f) {
  tensor.def(name, f, py::arg("dim"));
  tensor.def(name, f, py::arg("axis"));
  m.def(name, f, py::arg("input"), py::arg("dim"));
  m.def(name, f, py::arg("input"), py::arg("axis"));
}

}  // namespace

void register_view(py::module_& m, py::class_<TensorImpl, Tensor>& tensor) {
  const auto to_sizes = [](const Tensor& x, const py::args& shape) {
    return reshape(x, to_shape("reshape", shape));
  };
  const auto unflat = [](const Tensor& x, std::int64_t dim, const py::object& sizes) {
    return unflatten(x, dim, to_shape("unflatten", sizes));
  };
  tensor.def("reshape", to_sizes)
      .def("view", to_sizes)
      .def(
          "view_as",
          [](const Tensor& x, const Tensor& other) { return reshape(x, other->shape()); },
          py::arg("other"))
      .def(
          "reshape_as",
          [](const Tensor& x, const Tensor& other) { return reshape(x, other->shape()); },
          py::arg("other"))
      .def("flatten", &flatten, py::arg("start_dim") = 0, py::arg("end_dim") = -1)
      .def("unflatten", unflat, py::arg("dim"), py::arg("sizes"))
      .def("squeeze", [](const Tensor& x) { return squeeze(x, std::nullopt); })
      .def("contiguous", [](const Tensor& x) { return x; })
      .def("detach", &detach)
      .def("clone", &clone)
      .def("_narrow_leading", &narrow_leading);
  m.def(
      "reshape",
      [](const Tensor& x, const py::object& shape) {
        return reshape(x, to_shape("reshape", shape));
      },
      py::arg("input"), py::arg("shape"));
  m.def("flatten", &flatten, py::arg("input"), py::arg("start_dim") = 0, py::arg("end_dim") = -1);
  m.def("unflatten", unflat, py::arg("input"), py::arg("dim"), py::arg("sizes"));
  m.def(
      "squeeze", [](const Tensor& x) { return squeeze(x, std::nullopt); }, py::arg("input"));
  m.def("clone", &clone, py::arg("input"));
  m.def("detach", &detach, py::arg("input"));
  define(m, tensor, "squeeze", [](const Tensor& x, const py::handle& dim) {
    return squeeze(x, to_dims("squeeze", dim));
  });
  define(m, tensor, "unsqueeze", &unsqueeze);
}

}  // namespace deepcore
