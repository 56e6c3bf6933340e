#include "ops/finite.h"

#include <pybind11/stl.h>

#include "bindings/common.h"

namespace deepcore {
namespace {

// The position of the first parameter whose gradient holds a NaN or an infinity, or -1.
std::int64_t first_bad_gradient(const std::vector<Tensor>& parameters) {
  std::int64_t elements = 0;
  for (const Tensor& x : parameters) elements += x->numel();
  const ReleaseGil release(elements);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& x = parameters[i];
    if (!x->requires_grad()) continue;
    const Tensor& gradient = x->variable()->grad;
    if (gradient && !all_finite(gradient)) return static_cast<std::int64_t>(i);
  }
  return -1;
}

}  // namespace

void register_finite(py::module_& m) {
  m.def(
      "all_finite",
      [](const Tensor& x) {
        const ReleaseGil release(x->numel());
        return all_finite(x);
      },
      py::arg("x"));
  m.def("first_bad_gradient", &first_bad_gradient, py::arg("parameters"));
}

}  // namespace deepcore
