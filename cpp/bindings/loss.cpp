#include "bindings/families.h"
#include "ops/class_loss.h"
#include "ops/element_loss.h"

namespace deepcore {
namespace {

void register_class_losses(py::module_& m) {
  m.def(
      "cross_entropy",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         std::int64_t ignore_index, const std::string& reduction, double label_smoothing) {
        const auto how = to_reduction("cross_entropy", reduction);
        const Tensor w = optional_tensor("cross_entropy", weight);
        const ReleaseGil release(input->numel());
        return cross_entropy(input, target, w, ignore_index, how, label_smoothing);
      },
      py::arg("input"), py::arg("target"), py::arg("weight") = py::none(),
      py::arg("ignore_index") = -100, py::arg("reduction") = "mean",
      py::arg("label_smoothing") = 0.0);
  m.def(
      "nll_loss",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         std::int64_t ignore_index, const std::string& reduction) {
        const auto how = to_reduction("nll_loss", reduction);
        const Tensor w = optional_tensor("nll_loss", weight);
        const ReleaseGil release(input->numel());
        return nll_loss(input, target, w, ignore_index, how);
      },
      py::arg("input"), py::arg("target"), py::arg("weight") = py::none(),
      py::arg("ignore_index") = -100, py::arg("reduction") = "mean");
}

void register_element_losses(py::module_& m) {
  const auto define = [&](const char* name, auto op) {
    m.def(
        name,
        [name, op](const Tensor& input, const Tensor& target, const std::string& reduction) {
          const auto how = to_reduction(name, reduction);
          const ReleaseGil release(input->numel());
          return op(input, target, how);
        },
        py::arg("input"), py::arg("target"), py::arg("reduction") = "mean");
  };
  define("mse_loss", &mse_loss);
  define("l1_loss", &l1_loss);
  m.def(
      "binary_cross_entropy",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         const std::string& reduction) {
        const auto how = to_reduction("binary_cross_entropy", reduction);
        const Tensor w = optional_tensor("binary_cross_entropy", weight);
        const ReleaseGil release(input->numel());
        return binary_cross_entropy(input, target, w, how);
      },
      py::arg("input"), py::arg("target"), py::arg("weight") = py::none(),
      py::arg("reduction") = "mean");
  m.def(
      "binary_cross_entropy_with_logits",
      [](const Tensor& input, const Tensor& target, const py::handle& weight,
         const std::string& reduction, const py::handle& pos_weight) {
        const char* op = "binary_cross_entropy_with_logits";
        const auto how = to_reduction(op, reduction);
        const Tensor w = optional_tensor(op, weight), q = optional_tensor(op, pos_weight);
        const ReleaseGil release(input->numel());
        return binary_cross_entropy_with_logits(input, target, w, how, q);
      },
      py::arg("input"), py::arg("target"), py::arg("weight") = py::none(),
      py::arg("reduction") = "mean", py::arg("pos_weight") = py::none());
}

}  // namespace

void register_loss(py::module_& m) {
  register_class_losses(m);
  register_element_losses(m);
}

}  // namespace deepcore
