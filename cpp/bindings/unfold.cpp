#include "ops/unfold.h"

#include "bindings/families.h"

namespace deepcore {
namespace {

// A number for both axes, or two.
Shape to_pair(const char* op, const py::object& given) {
  Shape pair = to_shape(op, given);
  if (!py::isinstance<py::sequence>(given)) pair.push_back(pair[0]);
  return pair;
}

Windows to_windows(const char* op, const py::object& kernel_size, const py::object& dilation,
                   const py::object& padding, const py::object& stride) {
  return {to_pair(op, kernel_size), to_pair(op, dilation), to_pair(op, padding),
          to_pair(op, stride)};
}

}  // namespace

void register_unfold(py::module_& m) {
  m.def(
      "unfold",
      [](const Tensor& input, const py::object& kernel_size, const py::object& dilation,
         const py::object& padding, const py::object& stride) {
        const Windows windows = to_windows("unfold", kernel_size, dilation, padding, stride);
        const ReleaseGil release(input->numel());
        return unfold(input, windows);
      },
      py::arg("input"), py::arg("kernel_size"), py::arg("dilation"), py::arg("padding"),
      py::arg("stride"));
  m.def(
      "fold",
      [](const Tensor& input, const py::object& output_size, const py::object& kernel_size,
         const py::object& dilation, const py::object& padding, const py::object& stride) {
        const Windows windows = to_windows("fold", kernel_size, dilation, padding, stride);
        const Shape size = to_pair("fold", output_size);
        const ReleaseGil release(input->numel());
        return fold(input, size, windows);
      },
      py::arg("input"), py::arg("output_size"), py::arg("kernel_size"), py::arg("dilation"),
      py::arg("padding"), py::arg("stride"));
}

}  // namespace deepcore
