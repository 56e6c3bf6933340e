#include "ops/sparse_rows.h"

#include "bindings/families.h"
#include "ops/copy.h"
#include "ops/create.h"
#include "ops/elementwise.h"
#include "ops/view.h"

namespace deepcore {
namespace {

Tensor given_tensor(const py::handle& object) {
  return is_tensor(object) ? object.cast<Tensor>() : to_tensor(object);
}

Ref<SparseRows> make(const py::handle& indices, const py::handle& values, const py::handle& shape) {
  const Tensor index = given_tensor(indices), value = given_tensor(values);
  const NoGrad no_grad;
  return sparse_rows(index, value, to_shape("SparseRows", shape));
}

Ref<SparseRows> with_values(const SparseRows& x, const Tensor& values) {
  return make_ref<SparseRows>(x.shape, x.indices, values);
}

// No row is left: a row of zeros would count as touched.
void zero(SparseRows& x) {
  Shape shape = x.shape;
  shape[0] = 0;
  x.indices = empty("zero_", {0}, Dtype::int64);
  x.values = empty("zero_", shape, x.values->dtype());
}

std::string describe(const SparseRows& x) {
  return py::str("SparseRows(indices={!r}, values={!r}, shape={!r})")
      .format(x.indices, x.values, to_tuple(x.shape));
}

}  // namespace

void register_sparse_rows(py::module_& m) {
  // Indices are trusted where they are used, so what is handed out is a copy; the elements of
  // values may be written, but their shape stays.
  py::class_<SparseRows, Ref<SparseRows>>(m, "SparseRows")
      .def(py::init(&make), py::arg("indices"), py::arg("values"), py::arg("shape"))
      .def_property_readonly("indices", [](const SparseRows& x) { return clone(x.indices); })
      .def_property_readonly("values", [](const SparseRows& x) { return detach(x.values); })
      .def_property_readonly("shape", [](const SparseRows& x) { return to_tuple(x.shape); })
      .def_property_readonly("dtype", [](const SparseRows& x) { return x.values->dtype(); })
      .def("to_dense", &SparseRows::to_dense)
      .def("clone", [](const SparseRows& x) { return with_values(x, clone(x.values)); })
      .def(
          "to",
          [](const SparseRows& x, const py::handle& dtype) {
            return with_values(x, cast(x.values, to_dtype(dtype)));
          },
          py::arg("dtype"))
      .def("zero_",
           [](const Ref<SparseRows>& x) {
             zero(*x);
             return x;
           })
      .def("__reduce__",
           [](const SparseRows& x) {
             return py::make_tuple(py::type::of<SparseRows>(),
                                   py::make_tuple(x.indices, x.values, to_tuple(x.shape)));
           })
      .def("__repr__", &describe);
}

}  // namespace deepcore
