#include "bindings/common.h"
#include "ops/class_loss.h"

namespace deepcore {

void register_loss(py::module_& m) {
  const auto none = py::arg("weight") = py::none();
  m.def(
      "cross_entropy",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         std::int64_t ignore_index, const std::string& reduction, double label_smoothing) {
        const auto how = to_reduction("cross_entropy", reduction);
        const Tensor of_class = optional_tensor("cross_entropy", weight);
        const ReleaseGil release(input->numel());
        return cross_entropy(input, target, of_class, ignore_index, how, label_smoothing);
      },
      py::arg("input"), py::arg("target"), none, py::arg("ignore_index") = -100,
      py::arg("reduction") = "mean", py::arg("label_smoothing") = 0.0);
  m.def(
      "nll_loss",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         std::int64_t ignore_index, const std::string& reduction) {
        const auto how = to_reduction("nll_loss", reduction);
        const Tensor of_class = optional_tensor("nll_loss", weight);
        const ReleaseGil release(input->numel());
        return nll_loss(input, target, of_class, ignore_index, how);
      },
      py::arg("input"), py::arg("target"), none, py::arg("ignore_index") = -100,
      py::arg("reduction") = "mean");
}

}  // namespace deepcore
