#include "ops/clip.h"

#include <pybind11/stl.h>

#include "bindings/common.h"
#include "bindings/families.h"

namespace deepcore {

namespace {

std::int64_t count_elements(const std::vector<Tensor>& parameters) {
  std::int64_t elements = 0;
  for (const Tensor& x : parameters) elements += x->numel();
  return elements;
}

}  // namespace

void register_clip(py::module_& m) {
  m.def("clip_grad_norm_", [](const std::vector<Tensor>& parameters, double max_norm,
                              double norm_type, bool error_if_nonfinite) {
    const ReleaseGil release(count_elements(parameters));
    return clip_grad_norm(parameters, max_norm, norm_type, error_if_nonfinite);
  });
  m.def("clip_grad_value_", [](const std::vector<Tensor>& parameters, double clip_value) {
    const ReleaseGil release(count_elements(parameters));
    clip_grad_value(parameters, clip_value);
  });
}

}  // namespace deepcore
