#include "ops/linear.h"

#include "bindings/common.h"

namespace deepcore {

void register_linear(py::module_& m) {
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
      [](const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
         double slope) {
        const ReleaseGil release(input->numel() + weight->numel());
        return linear(input, weight, bias, activation, slope);
      },
      py::arg("input"), py::arg("weight"), py::arg("bias").none(true) = py::none(),
      py::arg("activation") = Activation::none, py::arg("slope") = 0.01);
}

}  // namespace deepcore
