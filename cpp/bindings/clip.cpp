#include "ops/clip.h"

#include <pybind11/stl.h>

#include "bindings/common.h"
#include "bindings/families.h"

namespace deepcore {

void register_clip(py::module_& m) {
  m.def("clip_grad_norm_", [](const std::vector<Tensor>& parameters, double max_norm,
                              double norm_type, bool error_if_nonfinite) {
    std::int64_t elements = 0;
    for (const Tensor& x : parameters) elements += x->numel();
    const ReleaseGil release(elements);
    return clip_grad_norm(parameters, max_norm, norm_type, error_if_nonfinite);
  });
}

}  // namespace deepcore
