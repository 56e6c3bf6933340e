#include "ops/view.h"

#include "bindings/common.h"

namespace deepcore {

void register_view(py::class_<TensorImpl, Tensor>& tensor) {
  tensor
      .def("reshape", [](const Tensor& x,
                         const py::args& shape) { return reshape(x, to_shape("reshape", shape)); })
      .def("detach", &detach)
      .def("_narrow_leading", &narrow_leading);
}

}  // namespace deepcore
