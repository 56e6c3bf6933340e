#include "ops/ctc.h"

#include "bindings/families.h"

namespace deepcore {

void register_ctc(py::module_& m) {
  m.def(
      "ctc_loss",
      [](const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
         const Tensor& target_lengths, std::int64_t blank, const std::string& reduction,
         bool zero_infinity) {
        const auto how = to_reduction("ctc_loss", reduction);
        const ReleaseGil release(log_probs->numel() + targets->numel());
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, how,
                        zero_infinity);
      },
      py::arg("log_probs"), py::arg("targets"), py::arg("input_lengths"), py::arg("target_lengths"),
      py::arg("blank") = 0, py::arg("reduction") = "mean", py::arg("zero_infinity") = false);
}

}  // namespace deepcore
