#include "ops/activation.h"

#include <string>

#include "bindings/common.h"

namespace deepcore {
namespace {

Tensor apply(const Tensor& x, Activation activation, double slope = 0) {
  const ReleaseGil release(x->numel());
  return activate(x, activation, slope);
}

}  // namespace

void register_activation(py::module_& m, py::class_<TensorImpl, Tensor>& tensor) {
  struct {
    Activation activation;
    const char* doc;
  } const functions[] = {
      {Activation::relu, "max(x, 0); its derivative at 0 is 0."},
      {Activation::sigmoid, "1 / (1 + exp(-x))."},
      {Activation::tanh, "The hyperbolic tangent of x."},
      {Activation::silu, "x * sigmoid(x)."},
  };
  for (const auto& [activation, doc] : functions) {
    const auto call = [activation = activation](const Tensor& x) { return apply(x, activation); };
    m.def(name_of(activation), call, py::arg("input"), doc);
    if (activation != Activation::silu) tensor.def(name_of(activation), call, doc);
  }
  m.def(
      "leaky_relu",
      [](const Tensor& x, double slope) { return apply(x, Activation::leaky_relu, slope); },
      py::arg("input"), py::arg("negative_slope") = 0.01, "x above 0, negative_slope * x below.");
  m.def(
      "gelu",
      [](const Tensor& x, const std::string& approximate) {
        return apply(x, approximate == "tanh" ? Activation::gelu_tanh : Activation::gelu);
      },
      py::arg("input"), py::arg("approximate") = "none",
      "x times the normal distribution function of x, or 'tanh', its approximation.");
}

}  // namespace deepcore
