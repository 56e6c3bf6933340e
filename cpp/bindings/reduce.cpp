#include "ops/reduce.h"

#include <pybind11/stl.h>

#include "bindings/dims.h"
#include "bindings/families.h"
#include "ops/extreme.h"
#include "ops/softmax.h"

namespace deepcore {
namespace {

using Class = py::class_<TensorImpl, Tensor>;

// f(x, dim, keepdim), as method and function; `axis` serves for `dim`.
template <class F>
void define_reduction(py::module_& m, Class& tensor, const char* name, F f) {
  const auto call = [name, f](const Tensor& x, const py::handle& dim, bool keepdim) {
    const Dims dims = to_dims(name, dim);
    const ReleaseGil release(x->numel());
    return f(x, dims, keepdim);
  };
  const auto keepdim = py::arg("keepdim") = false;
  tensor.def(name, call, py::arg("dim") = py::none(), keepdim);
  tensor.def(name, call, py::kw_only(), py::arg("axis"), keepdim);
  m.def(name, call, py::arg("input"), py::arg("dim") = py::none(), keepdim);
  m.def(name, call, py::arg("input"), py::kw_only(), py::arg("axis"), keepdim);
}

void define_var(py::module_& m, Class& tensor) {
  const auto call = [](const Tensor& x, const py::handle& dim, double correction, bool keepdim) {
    const Dims dims = to_dims("var", dim);
    const ReleaseGil release(x->numel());
    return var(x, dims, correction, keepdim);
  };
  const auto correction = py::arg("correction") = 1.0;
  const auto keepdim = py::arg("keepdim") = false;
  const auto dim = py::arg("dim") = py::none();
  tensor.def("var", call, dim, py::kw_only(), correction, keepdim);
  tensor.def("var", call, py::kw_only(), py::arg("axis"), correction, keepdim);
  m.def("var", call, py::arg("input"), dim, py::kw_only(), correction, keepdim);
  m.def("var", call, py::arg("input"), py::kw_only(), py::arg("axis"), correction, keepdim);
}

// A pair that also has names, as PyTorch's: x.max(1).values.
py::object named_pair(const std::pair<Tensor, Tensor>& pair) {
  // Never released: the interpreter may be gone when statics are destroyed.
  static const py::handle kind =
      py::object(py::module_::import("deepcore._pairs").attr("ValuesAndIndices")).release();
  return kind(pair.first, pair.second);
}

void define_extreme(py::module_& m, Class& tensor, const char* name, bool largest) {
  const auto all = [=](const Tensor& x) {
    const ReleaseGil release(x->numel());
    return extreme(name, x, largest);
  };
  const auto along = [=](const Tensor& x, std::int64_t dim, bool keepdim) {
    std::pair<Tensor, Tensor> result;
    {
      const ReleaseGil release(x->numel());
      result = extreme(name, x, dim, keepdim, largest);
    }
    return named_pair(result);
  };
  const auto keepdim = py::arg("keepdim") = false;
  tensor.def(name, all)
      .def(name, along, py::arg("dim"), keepdim)
      .def(name, along, py::arg("axis"), keepdim);
  m.def(name, all, py::arg("input"));
  m.def(name, along, py::arg("input"), py::arg("dim"), keepdim);
  m.def(name, along, py::arg("input"), py::arg("axis"), keepdim);
}

void define_arg_extreme(py::module_& m, Class& tensor, const char* name, bool largest) {
  const auto call = [=](const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
    const ReleaseGil release(x->numel());
    return arg_extreme(name, x, dim, keepdim, largest);
  };
  const auto keepdim = py::arg("keepdim") = false;
  tensor.def(name, call, py::arg("dim") = py::none(), keepdim)
      .def(name, call, py::kw_only(), py::arg("axis"), keepdim);
  m.def(name, call, py::arg("input"), py::arg("dim") = py::none(), keepdim);
  m.def(name, call, py::arg("input"), py::kw_only(), py::arg("axis"), keepdim);
}

void define_softmax(py::module_& m, Class& tensor, const char* name,
                    Tensor (*f)(const Tensor&, std::int64_t)) {
  const auto call = [f](const Tensor& x, std::int64_t dim) {
    const ReleaseGil release(x->numel());
    return f(x, dim);
  };
  tensor.def(name, call, py::arg("dim")).def(name, call, py::arg("axis"));
  m.def(name, call, py::arg("input"), py::arg("dim"));
  m.def(name, call, py::arg("input"), py::arg("axis"));
}

}  // namespace

void register_reduce(py::module_& m, Class& tensor) {
  define_reduction(m, tensor, "sum", &sum);
  define_reduction(m, tensor, "mean", &mean);
  define_reduction(m, tensor, "logsumexp", &logsumexp);
  define_var(m, tensor);
  define_extreme(m, tensor, "max", true);
  define_extreme(m, tensor, "min", false);
  define_arg_extreme(m, tensor, "argmax", true);
  define_arg_extreme(m, tensor, "argmin", false);
  define_softmax(m, tensor, "softmax", &softmax);
  define_softmax(m, tensor, "log_softmax", &log_softmax);
}

}  // namespace deepcore
