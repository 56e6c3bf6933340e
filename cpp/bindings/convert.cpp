// Conversions from Python objects: dtypes, shapes, arrays.
#include <pybind11/numpy.h>

#include <algorithm>
#include <cstring>

#include "bindings/common.h"
#include "bindings/families.h"

namespace deepcore {

void register_dtype(py::module_& m) {
  const py::enum_<Dtype> dtype = py::enum_<Dtype>(m, "dtype", "The type of a tensor's elements.")
                                     .value("bool", Dtype::boolean)
                                     .value("uint8", Dtype::uint8)
                                     .value("int64", Dtype::int64)
                                     .value("float32", Dtype::float32)
                                     .value("float64", Dtype::float64);
  // There are five, and none is a size: zeros(2, float64) would have shape (2, 4).
  for (const char* name : {"__init__", "__index__"}) py::delattr(dtype, name);
}

Dtype to_dtype(const py::handle& object) {
  if (py::isinstance<Dtype>(object)) return object.cast<Dtype>();
  const auto fail = [&]() -> Dtype {
    throw TypeError("dtype", "dtype must be bool, uint8, int64, float32 or float64, got ",
                    std::string(py::str(py::repr(object))), ".");
  };
  try {
    const py::dtype dtype = py::dtype::from_args(py::reinterpret_borrow<py::object>(object));
    const auto size = dtype.itemsize();
    switch (dtype.kind()) {
      case 'b':
        return Dtype::boolean;
      case 'u':
        return size == 1 ? Dtype::uint8 : size < 8 ? Dtype::int64 : fail();
      case 'i':
        return Dtype::int64;
      case 'f':
        return size <= 4 ? Dtype::float32 : size == 8 ? Dtype::float64 : fail();
      default:
        return fail();
    }
  } catch (const py::error_already_set&) {
    return fail();
  }
}

namespace {

std::int64_t to_size(const char* op, const py::handle& size) {
  const py::object index = py::reinterpret_steal<py::object>(PyNumber_Index(size.ptr()));
  if (!index) {
    PyErr_Clear();
    throw TypeError(op, "sizes must be integers, got ", std::string(py::str(py::repr(size))), ".");
  }
  const auto value = PyLong_AsLongLong(index.ptr());
  if (value == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw ValueError(op, "size ", std::string(py::str(index)), " does not fit into 64 bits.");
  }
  return value;
}

}  // namespace

Shape to_shape(const char* op, const py::handle& sizes) {
  Shape shape;
  if (PyTuple_Check(sizes.ptr()) || PyList_Check(sizes.ptr())) {
    for (const auto size : py::reinterpret_borrow<py::sequence>(sizes)) {
      shape.push_back(to_size(op, size));
    }
  } else {
    shape.push_back(to_size(op, sizes));
  }
  return shape;
}

Shape to_shape(const char* op, const py::args& sizes) {
  const py::handle first = sizes.size() == 1 ? PyTuple_GET_ITEM(sizes.ptr(), 0) : sizes.ptr();
  return to_shape(op, first);
}

py::tuple to_tuple(const Shape& shape) {
  py::tuple tuple(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) {
    PyTuple_SET_ITEM(tuple.ptr(), axis, PyLong_FromLongLong(shape[axis]));
  }
  return tuple;
}

bool is_tensor(const py::handle& object) {
  static PyTypeObject* const type = py::detail::get_type_info(typeid(TensorImpl))->type;
  return PyObject_TypeCheck(object.ptr(), type);
}

Tensor optional_tensor(const char* op, const py::handle& object) {
  if (object.is_none()) return nullptr;
  if (!is_tensor(object)) {
    throw TypeError(op, "expected a tensor or None, got ", Py_TYPE(object.ptr())->tp_name, ".");
  }
  return object.cast<Tensor>();
}

namespace {

std::optional<Tensor> scalar_tensor(const py::handle& object, std::optional<Dtype> dtype) {
  const auto make = [&]<class T>(T value, Dtype natural) {
    const Dtype type = dtype.value_or(natural);
    Tensor x = empty("tensor", {}, type);
    visit(type, [&]<class U>(TypeTag<U>) { *x->data<U>() = static_cast<U>(value); });
    return x;
  };
  PyObject* p = object.ptr();
  if (PyFloat_CheckExact(p)) return make(PyFloat_AS_DOUBLE(p), Dtype::float32);
  if (PyBool_Check(p)) return make(p == Py_True, Dtype::boolean);
  return std::nullopt;
}

// Python numbers that wrap would be lost without a word; arrays convert as NumPy's do.
void check_bytes(const py::array& array) {
  if (!std::strchr("iu", array.dtype().kind()) || array.size() == 0) return;
  const py::object least = array.attr("min")(), most = array.attr("max")();
  if (least.cast<double>() >= 0 && most.cast<double>() <= 255) return;
  throw ValueError("tensor", "numbers of dtype uint8 must be from 0 to 255, got ",
                   std::string(py::str(least)), " to ", std::string(py::str(most)), ".");
}

}  // namespace

Tensor to_tensor(const py::handle& object, std::optional<Dtype> dtype) {
  if (auto scalar = scalar_tensor(object, dtype)) return *scalar;
  const bool is_numpy = py::isinstance<py::array>(object) || py::hasattr(object, "dtype");
  py::array array;
  try {
    array = py::module_::import("numpy").attr("asarray")(object);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    const std::string why = py::str(error.value());
    const bool ragged = why.find("inhomogeneous") != std::string::npos;
    throw ValueError("tensor", "data must be numbers in rows of equal length, got ",
                     ragged ? "sequences of different lengths; nn.utils.rnn.pad_sequence or "
                              "data.pad_collate pads them"
                            : why,
                     ".");
  }
  const bool numeric = std::strchr("biuf", array.dtype().kind()) != nullptr;
  if (!numeric) {
    throw TypeError("tensor", "data must be numbers, got an array of dtype ",
                    std::string(py::str(array.dtype())), ".");
  }
  const bool python_floats = !is_numpy && array.dtype().kind() == 'f';
  const Dtype type = dtype ? *dtype : python_floats ? Dtype::float32 : to_dtype(array.dtype());
  if (type == Dtype::uint8 && !is_numpy) check_bytes(array);
  const py::array plain = py::module_::import("numpy").attr("ascontiguousarray")(
      array, py::arg("dtype") = name_of(type));
  Shape shape;
  for (int axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
  Tensor x = empty("tensor", shape, type);
  std::memcpy(x->data(), plain.data(), static_cast<std::size_t>(x->bytes()));
  return x;
}

}  // namespace deepcore
