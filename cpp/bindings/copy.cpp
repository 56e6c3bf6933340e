#include "ops/copy.h"

#include <pybind11/stl.h>

#include "bindings/dims.h"
#include "bindings/families.h"

namespace deepcore {
namespace {

using Class = py::class_<TensorImpl, Tensor>;
using Sizes = std::vector<std::int64_t>;

// Axes from *args: (0, 2, 1), or one tuple of them.
Sizes to_axes(const char* op, const py::args& args) {
  const Shape dims = to_shape(op, args);
  return {dims.begin(), dims.end()};
}

Tensor transpose_all(const Tensor& x) {
  Sizes dims;
  for (int axis = x->rank() - 1; axis >= 0; --axis) dims.push_back(axis);
  return permute(x, dims);
}

Tensor matrix_transpose(const Tensor& x) {
  if (x->rank() > 2) {
    throw ValueError("t", "the tensor must have at most two axes, got shape ", x->shape(),
                     "; use transpose(dim0, dim1).");
  }
  return transpose_all(x);
}

// Parts of one size, the last one smaller, or of given sizes.
std::vector<Tensor> split_by(const Tensor& x, const py::object& size, std::int64_t dim) {
  if (!py::isinstance<py::int_>(size)) {
    const Shape sizes = to_shape("split", size);
    return split(x, {sizes.begin(), sizes.end()}, dim);
  }
  const auto part = size.cast<std::int64_t>();
  if (part < 1) throw ValueError("split", "a part must have at least one element, got ", part, ".");
  const int axis = normalize_axis("split", dim, x->rank());
  Sizes sizes;
  for (auto left = x->rank() ? x->size(axis) : 0; left > 0; left -= part) {
    sizes.push_back(std::min(left, part));
  }
  return split(x, sizes, dim);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim) {
  if (chunks < 1) throw ValueError("chunk", "chunks must be at least 1, got ", chunks, ".");
  const int axis = normalize_axis("chunk", dim, x->rank());
  const auto size = x->rank() ? x->size(axis) : 0;
  return split_by(x, py::int_(std::max<std::int64_t>((size + chunks - 1) / chunks, 1)), dim);
}

py::tuple as_tuple(const std::vector<Tensor>& parts) {
  return py::tuple(py::cast(parts));
}

// Functions of a list of tensors and of an axis.
void define_joins(py::module_& m) {
  const auto define = [&](const char* name, auto f) {
    m.def(name, f, py::arg("tensors"), py::arg("dim") = 0);
    m.def(name, f, py::arg("tensors"), py::kw_only(), py::arg("axis"));
  };
  define("cat", &cat);
  define("concat", &cat);
  define("concatenate", &cat);
  define("stack", &stack);
}

template <class F, class... Arguments>
void define_both(py::module_& m, Class& tensor, const char* name, F f, Arguments... arguments) {
  tensor.def(name, f, arguments...);
  m.def(name, f, py::arg("input"), arguments...);
}

void define_parts(py::module_& m, Class& tensor) {
  const auto by_size = [](const Tensor& x, const py::object& size, std::int64_t dim) {
    return as_tuple(split_by(x, size, dim));
  };
  const auto by_count = [](const Tensor& x, std::int64_t chunks, std::int64_t dim) {
    return as_tuple(chunk(x, chunks, dim));
  };
  const auto each = [](const Tensor& x, std::int64_t dim) { return as_tuple(unbind(x, dim)); };
  define_both(m, tensor, "split", by_size, py::arg("split_size"), py::arg("dim") = 0);
  define_both(m, tensor, "split", by_size, py::arg("split_size"), py::kw_only(), py::arg("axis"));
  define_both(m, tensor, "chunk", by_count, py::arg("chunks"), py::arg("dim") = 0);
  define_both(m, tensor, "chunk", by_count, py::arg("chunks"), py::kw_only(), py::arg("axis"));
  define_both(m, tensor, "unbind", each, py::arg("dim") = 0);
  define_both(m, tensor, "unbind", each, py::kw_only(), py::arg("axis"));
}

}  // namespace

void register_copy(py::module_& m, Class& tensor) {
  tensor
      .def("permute", [](const Tensor& x,
                         const py::args& dims) { return permute(x, to_axes("permute", dims)); })
      .def("flip",
           [](const Tensor& x, const py::args& dims) { return flip(x, to_axes("flip", dims)); })
      .def("expand", [](const Tensor& x,
                        const py::args& sizes) { return expand(x, to_shape("expand", sizes)); })
      .def(
          "expand_as",
          [](const Tensor& x, const Tensor& other) { return expand(x, other->shape()); },
          py::arg("other"))
      .def_property_readonly("T", &transpose_all)
      .def_property_readonly("mT", [](const Tensor& x) { return transpose(x, -2, -1); });
  m.def(
      "permute",
      [](const Tensor& x, const py::object& dims) {
        return permute(x, to_dims("permute", dims).value_or(Sizes()));
      },
      py::arg("input"), py::arg("dims"));
  m.def(
      "flip",
      [](const Tensor& x, const py::object& dims) {
        return flip(x, to_dims("flip", dims).value_or(Sizes()));
      },
      py::arg("input"), py::arg("dims"));
  define_both(m, tensor, "transpose", &transpose, py::arg("dim0"), py::arg("dim1"));
  define_both(m, tensor, "swapaxes", &transpose, py::arg("axis0"), py::arg("axis1"));
  define_both(m, tensor, "t", &matrix_transpose);
  define_joins(m);
  define_parts(m, tensor);
}

}  // namespace deepcore
