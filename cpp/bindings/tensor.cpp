// What a tensor is: shape, dtype, values to and from Python and NumPy.
#include <pybind11/numpy.h>

#include "bindings/common.h"

namespace deepcore {
namespace {

// Shares the array's memory, and keeps the array alive.
Tensor from_numpy(const py::array& array) {
  const Dtype dtype = to_dtype(array.dtype());
  if (!array.dtype().is(py::dtype(name_of(dtype))) &&
      !array.dtype().equal(py::dtype(name_of(dtype)))) {
    throw TypeError("from_numpy", "the array must be bool, uint8, int64, float32 or float64, got ",
                    std::string(py::str(array.dtype())), "; tensor() copies and converts.");
  }
  if (!(array.flags() & py::array::c_style) || !array.writeable()) {
    throw ValueError("from_numpy",
                     "the array must be writable and contiguous in C order; tensor() copies it.");
  }
  Shape shape;
  for (int axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
  PyObject* owner = array.ptr();
  Py_INCREF(owner);
  auto storage = Storage::borrow(const_cast<void*>(array.data()), array.nbytes(), [owner] {
    const py::gil_scoped_acquire gil;
    Py_DECREF(owner);
  });
  auto* data = storage->data();
  return make_ref<TensorImpl>(std::move(storage), data, shape, dtype);
}

// Shares the tensor's memory; the array keeps the storage alive, not the tensor.
py::array to_numpy(const Tensor& x) {
  if (x->requires_grad()) {
    throw RuntimeError("numpy", "the tensor records a gradient; use .detach().numpy().");
  }
  auto* kept = new Ref<Storage>(x->storage());
  const py::capsule owner(kept, [](void* p) { delete static_cast<Ref<Storage>*>(p); });
  std::vector<py::ssize_t> shape(x->shape().begin(), x->shape().end());
  return py::array(py::dtype(name_of(x->dtype())), shape, x->data(), owner);
}

py::object item(const Tensor& x) {
  if (x->numel() != 1) {
    throw RuntimeError("item", "only a tensor of one element is a number, got shape ", x->shape(),
                       ".");
  }
  return visit(x->dtype(),
               [&]<class T>(TypeTag<T>) -> py::object { return py::cast(*x->data<T>()); });
}

// The one element as a C number, for float(x), int(x) and bool(x).
template <class V>
V scalar(const char* op, const Tensor& x) {
  if (x->numel() != 1) {
    throw ValueError(op, "only a tensor of one element can be converted, got shape ", x->shape(),
                     "; use .any(), .all() or an index.");
  }
  return visit(x->dtype(), [&]<class T>(TypeTag<T>) { return static_cast<V>(*x->data<T>()); });
}

py::int_ index(const Tensor& x) {
  if (is_floating(x->dtype()) || x->numel() != 1) {
    throw TypeError("index", "only an integer tensor of one element can be an index, got ",
                    x->dtype(), " of shape ", x->shape(), ".");
  }
  return py::int_(py::int_(item(x)) + py::int_(0));  // a bool is an int, but not as an index
}

std::int64_t length(const Tensor& x) {
  if (x->rank() == 0) throw TypeError("len", "a tensor without axes has no length.");
  return x->size(0);
}

}  // namespace

void register_tensor(py::module_& m, py::class_<TensorImpl, Tensor>& tensor) {
  m.def(
      "tensor",
      [](const py::object& data, const py::object& dtype) {
        return to_tensor(data, dtype.is_none() ? std::nullopt : std::optional(to_dtype(dtype)));
      },
      py::arg("data"), py::arg("dtype") = py::none());
  m.def("to_dtype", &to_dtype, py::arg("dtype"));
  m.def("from_numpy", &from_numpy, py::arg("array").noconvert());
  tensor.def(py::init([](const Tensor& x) { return share(x, x->shape()); }))
      .def_property_readonly("shape", [](const Tensor& x) { return to_tuple(x->shape()); })
      .def_property_readonly("ndim", [](const Tensor& x) { return x->rank(); })
      .def_property_readonly("dtype", [](const Tensor& x) { return x->dtype(); })
      .def_property(
          "data", [](const Tensor& x) { return share(x, x->shape()); },
          [](const Tensor& x, const Tensor& value) {
            const auto& variable = x->variable();
            if (variable &&
                (!(variable->shape == value->shape()) || variable->dtype != value->dtype())) {
              throw ValueError("data", "a tensor that records a gradient keeps its shape ",
                               variable->shape, " and dtype ", variable->dtype, ", got ",
                               value->shape(), " and ", value->dtype(), ".");
            }
            x->set_value(*value);
          })
      .def("dim", [](const Tensor& x) { return x->rank(); })
      .def("numel", [](const Tensor& x) { return x->numel(); })
      .def(
          "size",
          [](const Tensor& x, std::int64_t dim) {
            return x->size(normalize_axis("size", dim, x->rank()));
          },
          py::arg("dim"))
      .def("size", [](const Tensor& x) { return to_tuple(x->shape()); })
      .def("data_ptr", [](const Tensor& x) { return reinterpret_cast<std::uintptr_t>(x->data()); })
      .def_property_readonly("_version", [](const Tensor& x) { return x->storage()->version(); })
      .def("item", &item)
      .def("__float__", [](const Tensor& x) { return scalar<double>("float", x); })
      .def("__int__",
           [](const Tensor& x) {
             scalar<bool>("int", x);
             return py::int_(item(x));
           })
      .def("__bool__", [](const Tensor& x) { return scalar<bool>("bool", x); })
      .def("__index__", &index)
      .def("__len__", &length)
      .def("numpy", &to_numpy);
}

}  // namespace deepcore
