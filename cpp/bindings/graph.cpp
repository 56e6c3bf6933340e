// Gradients: backward, hooks, grad mode, and the tape.
#include "graph/backward.h"

#include <pybind11/stl.h>

#include "bindings/common.h"
#include "graph/node.h"
#include "graph/sparse_rows.h"
#include "graph/tape.h"

namespace deepcore {
namespace {

// Calls a Python function; the walk runs without the GIL.
class PythonHook final : public GradientHook {
 public:
  explicit PythonHook(py::function function) : function_(std::move(function)) {}
  ~PythonHook() override {
    const py::gil_scoped_acquire gil;
    function_.release().dec_ref();
  }
  Tensor call(const Tensor& gradient) override {
    const py::gil_scoped_acquire gil;
    return optional_tensor("register_hook", function_(gradient));
  }

 private:
  py::function function_;
};

Variable& variable_of(const char* op, const Tensor& x) {
  if (x->requires_grad()) return *x->variable();
  throw RuntimeError(op, "the tensor does not require a gradient; call requires_grad_() first.");
}

void set_requires_grad(const Tensor& x, bool requires_grad) {
  if (requires_grad == x->requires_grad()) return;
  if (!requires_grad && !x->variable()->is_leaf()) {
    throw RuntimeError(
        "requires_grad",
        "only a leaf can stop requiring a gradient; use detach() on what an op made.");
  }
  if (requires_grad && !is_floating(x->dtype())) {
    throw TypeError("requires_grad", "only float32 and float64 tensors have gradients, got ",
                    x->dtype(), ".");
  }
  x->set_requires_grad(requires_grad);
}

void check_grad(const Variable& variable, const Shape& shape, Dtype dtype) {
  if (shape == variable.shape && dtype == variable.dtype) return;
  throw ValueError("grad", "a gradient must have the tensor's shape ", variable.shape,
                   " and dtype ", variable.dtype, ", got ", shape, " and ", dtype, ".");
}

void set_grad(const Tensor& x, const py::handle& given) {
  const bool sparse = py::isinstance<SparseRows>(given);
  const Tensor gradient = sparse ? Tensor() : optional_tensor("grad", given);
  if (given.is_none() && !x->grad_variable()) return;
  if (!x->grad_variable()) {  // a place for it, though backward will not write there
    set_requires_grad(x, true);
    set_requires_grad(x, false);
  }
  Variable& variable = *x->grad_variable();
  const auto rows = sparse ? given.cast<Ref<SparseRows>>() : Ref<SparseRows>();
  if (rows) check_grad(variable, rows->shape, rows->values->dtype());
  if (gradient) check_grad(variable, gradient->shape(), gradient->dtype());
  variable.grad = gradient;
  variable.grad_rows = rows;
}

py::object get_grad(const Tensor& x) {
  const auto& variable = x->grad_variable();
  if (variable && variable->grad_rows) return py::cast(variable->grad_rows);
  return variable ? py::cast(variable->grad) : py::none();
}

py::cpp_function register_hook(const Tensor& x, py::function function) {
  const Ref<Variable> variable(&variable_of("register_hook", x));
  const Ref<GradientHook> hook = make_ref<PythonHook>(std::move(function));
  variable->hooks.push_back(hook);
  return py::cpp_function([variable, hook] { std::erase(variable->hooks, hook); });
}

void check_first_order(const char* op, bool create_graph) {
  if (create_graph) {
    throw ValueError(op, "gradients are of first order here: create_graph=True is not supported.");
  }
}

void python_backward(const Tensor& x, const py::handle& given, bool retain_graph,
                     bool create_graph) {
  check_first_order("backward", create_graph);
  const Tensor gradient = optional_tensor("backward", given);
  const ReleaseGil release;
  backward(x, gradient, retain_graph);
}

std::string node_name(const Tensor& x) {
  return x->requires_grad() && !x->variable()->is_leaf() ? x->variable()->node->name() : "";
}

}  // namespace

void register_graph(py::module_& m, py::class_<TensorImpl, Tensor>& tensor) {
  tensor
      .def_property(
          "requires_grad", [](const Tensor& x) { return x->requires_grad(); }, &set_requires_grad)
      .def_property("grad", &get_grad, &set_grad)
      .def_property_readonly(
          "is_leaf",
          [](const Tensor& x) { return !x->requires_grad() || x->variable()->is_leaf(); })
      .def_property_readonly("_node_name", &node_name)
      .def("retain_grad",
           [](const Tensor& x) { variable_of("retain_grad", x).retains_grad = true; })
      .def("_register_hook", &register_hook)
      .def("backward", &python_backward, py::arg("gradient") = py::none(),
           py::arg("retain_graph") = false, py::arg("create_graph") = false);
  m.def("gradients",
        [](const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
           const py::list& grad_outputs, bool retain_graph, bool allow_unused, bool create_graph) {
          check_first_order("grad", create_graph);
          std::vector<Tensor> given;
          for (const auto& gradient : grad_outputs)
            given.push_back(optional_tensor("grad", gradient));
          const ReleaseGil release;
          return gradients(outputs, inputs, given, retain_graph, allow_unused);
        });
  m.def("is_grad_enabled", &grad_enabled);
  m.def("set_grad_enabled", &set_grad_enabled);
  py::class_<Tape, Ref<Tape>>(m, "Tape")
      .def(py::init([] { return make_ref<Tape>(); }))
      .def("begin", &Tape::begin)
      .def("end", &Tape::end)
      .def("steps", &Tape::steps)
      .def("replay", &Tape::replay, py::call_guard<ReleaseGil>());
}

}  // namespace deepcore
