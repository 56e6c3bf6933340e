#include "ops/reduce.h"

#include <pybind11/gil_safe_call_once.h>
#include <pybind11/stl.h>

#include "bindings/dims.h"
#include "bindings/families.h"
#include "ops/elementwise.h"
#include "ops/extreme.h"
#include "ops/softmax.h"

namespace deepcore {
namespace {

using Class = py::class_<TensorImpl, Tensor>;

Tensor as_dtype(const Tensor& x, const py::handle& dtype) {
  return dtype.is_none() ? x : cast(x, to_dtype(dtype));
}

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

// The same of x as another dtype.
template <class F>
void define_sum(py::module_& m, Class& tensor, const char* name, F f) {
  const auto call = [name, f](const Tensor& x, const py::handle& dim, bool keepdim,
                              const py::handle& dtype) {
    const Dims dims = to_dims(name, dim);
    const Tensor terms = as_dtype(x, dtype);
    const ReleaseGil release(x->numel());
    return f(terms, dims, keepdim);
  };
  const auto keepdim = py::arg("keepdim") = false;
  const auto dtype = py::arg("dtype") = py::none();
  tensor.def(name, call, py::arg("dim") = py::none(), keepdim, py::kw_only(), dtype);
  tensor.def(name, call, py::kw_only(), py::arg("axis"), keepdim, dtype);
  m.def(name, call, py::arg("input"), py::arg("dim") = py::none(), keepdim, py::kw_only(), dtype);
  m.def(name, call, py::arg("input"), py::kw_only(), py::arg("axis"), keepdim, dtype);
  // np.sum(x) asks x.sum(axis=None, dtype=None, out=None).
  tensor.def(
      name,
      [call](const Tensor& x, const py::handle& axis, const py::handle& dtype, const py::none&,
             bool keepdims) { return call(x, axis, keepdims, dtype); },
      py::kw_only(), py::arg("axis") = py::none(), dtype, py::arg("out") = py::none(),
      py::arg("keepdims") = false);
}

// `unbiased` is the older name: True is correction 1, False is 0.
void define_var(py::module_& m, Class& tensor) {
  const auto call = [](const Tensor& x, const py::handle& dim, double correction, bool keepdim,
                       std::optional<bool> unbiased) {
    const Dims dims = to_dims("var", dim);
    if (unbiased) correction = *unbiased ? 1 : 0;
    const ReleaseGil release(x->numel());
    return var(x, dims, correction, keepdim);
  };
  const auto correction = py::arg("correction") = 1.0;
  const auto keepdim = py::arg("keepdim") = false;
  const auto unbiased = py::arg("unbiased") = py::none();
  const auto dim = py::arg("dim") = py::none();
  tensor.def("var", call, dim, py::kw_only(), correction, keepdim, unbiased);
  tensor.def("var", call, py::kw_only(), py::arg("axis"), correction, keepdim, unbiased);
  m.def("var", call, py::arg("input"), dim, py::kw_only(), correction, keepdim, unbiased);
  m.def("var", call, py::arg("input"), py::kw_only(), py::arg("axis"), correction, keepdim,
        unbiased);
  // np.var always names ddof, which is its correction.
  tensor.def(
      "var",
      [call](const Tensor& x, double ddof, const py::handle& axis, const py::handle& dtype,
             const py::none&, bool keepdims) {
        return call(as_dtype(x, dtype), axis, ddof, keepdims, std::nullopt);
      },
      py::kw_only(), py::arg("ddof"), py::arg("axis") = py::none(), py::arg("dtype") = py::none(),
      py::arg("out") = py::none(), py::arg("keepdims") = false);
}

// A pair that also has names, as PyTorch's: x.max(1).values.
py::object named_pair(const std::pair<Tensor, Tensor>& pair) {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> kind;
  return kind
      .call_once_and_store_result(
          [] { return py::module_::import("deepcore._pairs").attr("ValuesAndIndices"); })
      .get_stored()(pair.first, pair.second);
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
  const auto of_two = [=](const Tensor& x, const Tensor& other) {
    const ReleaseGil release(x->numel());
    return binary(largest ? Binary::maximum : Binary::minimum, x, other);
  };
  // np.max(x, axis=0) asks x.max(axis=0, out=None), and means the values alone.
  const auto values = [=](const Tensor& x, const py::none&, std::optional<std::int64_t> axis) {
    const ReleaseGil release(x->numel());
    return axis ? extreme(name, x, *axis, false, largest).first : extreme(name, x, largest);
  };
  const auto keepdim = py::arg("keepdim") = false;
  tensor.def(name, all)
      .def(name, of_two, py::arg("other"))
      .def(name, along, py::arg("dim"), keepdim)
      .def(name, along, py::arg("axis"), keepdim)
      .def(name, values, py::kw_only(), py::arg("out"), py::arg("axis") = py::none());
  m.def(name, all, py::arg("input"));
  m.def(name, of_two, py::arg("input"), py::arg("other"));
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
  const auto call = [f](const Tensor& x, std::int64_t dim, const py::handle& dtype) {
    const Tensor scores = as_dtype(x, dtype);
    const ReleaseGil release(x->numel());
    return f(scores, dim);
  };
  const auto dtype = py::arg("dtype") = py::none();
  tensor.def(name, call, py::arg("dim"), dtype);
  tensor.def(name, call, py::kw_only(), py::arg("axis"), dtype);
  m.def(name, call, py::arg("input"), py::arg("dim"), dtype);
  m.def(name, call, py::arg("input"), py::kw_only(), py::arg("axis"), dtype);
}

}  // namespace

void register_reduce(py::module_& m, Class& tensor) {
  define_sum(m, tensor, "sum", &sum);
  define_sum(m, tensor, "mean", &mean);
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
