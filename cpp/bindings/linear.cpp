#include "ops/linear.h"

#include <pybind11/numpy.h>

#include "bindings/common.h"
#include "ops/matmul.h"

namespace deepcore {

void register_linear(py::module_& m, py::class_<TensorImpl, Tensor>& tensor) {
  py::enum_<Activation>(m, "Activation")
      .value("none", Activation::none)
      .value("relu", Activation::relu)
      .value("leaky_relu", Activation::leaky_relu)
      .value("sigmoid", Activation::sigmoid)
      .value("tanh", Activation::tanh)
      .value("gelu", Activation::gelu)
      .value("gelu_tanh", Activation::gelu_tanh)
      .value("silu", Activation::silu);
  m.def(
      "linear",
      [](const Tensor& input, const Tensor& weight, const py::handle& bias, Activation activation,
         double slope) {
        const Tensor b = optional_tensor("linear", bias);
        const ReleaseGil release(input->numel() + weight->numel());
        return linear(input, weight, b, activation, slope);
      },
      py::arg("input"), py::arg("weight"), py::arg("bias") = py::none(),
      py::arg("activation") = Activation::none, py::arg("slope") = 0.01);
  const auto times = [](const Tensor& a, const Tensor& b) {
    const ReleaseGil release(a->numel() + b->numel());
    return matmul(a, b);
  };
  m.def("matmul", times, py::arg("input"), py::arg("other"));
  tensor.def("matmul", times, py::arg("other"))
      .def("__matmul__", times, py::is_operator())
      .def(
          "__matmul__",
          [times](const Tensor& a, const py::array& b) { return times(a, to_tensor(b)); },
          py::is_operator())
      .def(
          "__rmatmul__",
          [times](const Tensor& b, const py::array& a) { return times(to_tensor(a), b); },
          py::is_operator());
}

}  // namespace deepcore
