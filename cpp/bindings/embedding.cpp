#include "ops/embedding.h"

#include <pybind11/stl.h>

#include "bindings/families.h"

namespace deepcore {

void register_embedding(py::module_& m) {
  m.def(
      "embedding",
      [](const Tensor& input, const Tensor& weight, std::optional<std::int64_t> padding_idx,
         bool scale_grad_by_freq, bool sparse) {
        const ReleaseGil release(input->numel() * (weight->rank() ? weight->shape().back() : 1));
        return embedding(input, weight, padding_idx, scale_grad_by_freq, sparse);
      },
      py::arg("input"), py::arg("weight"), py::arg("padding_idx") = py::none(),
      py::arg("scale_grad_by_freq") = false, py::arg("sparse") = false);
  m.def(
      "embedding_renorm_",
      [](const Tensor& weight, const Tensor& input, double max_norm, double norm_type) {
        const ReleaseGil release(input->numel() * (weight->rank() ? weight->shape().back() : 1));
        embedding_renorm(weight, input, max_norm, norm_type);
      },
      py::arg("weight"), py::arg("input"), py::arg("max_norm"), py::arg("norm_type"));
}

}  // namespace deepcore
