#include "ops/resample.h"

#include <pybind11/stl.h>

#include "bindings/families.h"

namespace deepcore {

void register_resample(py::module_& m) {
  m.def(
      "interpolate",
      [](const Tensor& input, const py::object& size, const std::string& mode,
         const std::vector<double>& scales, bool align_corners, bool antialias) {
        const Shape sizes = to_shape("interpolate", size);
        const ReleaseGil release(input->numel() + sizes.numel());
        return interpolate(input, sizes, {mode, scales, align_corners, antialias});
      },
      py::arg("input"), py::arg("size"), py::arg("mode"), py::arg("scales"),
      py::arg("align_corners"), py::arg("antialias"));
}

}  // namespace deepcore
