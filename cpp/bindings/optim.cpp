// The optimizers' steps: Python keeps groups and state in dicts of PyTorch's format; a step
// compares what they hold with what it saw last time, takes over what changed, and runs one batch.
#include <pybind11/stl.h>

#include "bindings/common.h"
#include "graph/tape.h"
#include "ops/create.h"
#include "optim/batch.h"

namespace deepcore {
namespace {

py::object interned(const char* name) {
  return py::reinterpret_steal<py::object>(PyUnicode_InternFromString(name));
}

// A borrowed item of a dict, or nullptr.
PyObject* lookup(PyObject* dict, const py::object& key) {
  PyObject* item = PyDict_GetItemWithError(dict, key.ptr());
  if (!item && PyErr_Occurred()) throw py::error_already_set();
  return item;
}

void assign(double& option, PyObject* object) {
  option = PyFloat_AsDouble(object);
  if (option == -1 && PyErr_Occurred()) throw py::error_already_set();
}

void assign(bool& option, PyObject* object) {
  const int truth = PyObject_IsTrue(object);
  if (truth < 0) throw py::error_already_set();
  option = truth;
}

void assign(double (&options)[2], PyObject* object) {
  const py::tuple pair(py::reinterpret_borrow<py::object>(object));
  for (int i = 0; i < 2; ++i) assign(options[i], py::object(pair[i]).ptr());
}

// The Python objects that a slot was filled from.
struct Origins {
  py::object value, step;
  std::vector<py::object> state;
};

template <class Rule>
class Stepper {
 public:
  Stepper() {
    Rule().visit([&](const char* name, auto&) { option_names_.push_back(interned(name)); });
    for (const char* name : Rule::states) state_names_.push_back(interned(name));
  }

  void step(const py::list& groups, const py::dict& state) {
    collect(groups, state);
    if (Tape* tape = Tape::current()) return record(*tape, groups);
    const ReleaseGil release(elements_);
    batch_.run();
  }

  void zero_grad(const py::list& groups) {
    std::size_t k = 0;
    each_parameter(groups, [&](std::size_t, PyObject* parameter) {
      const bool known = k < origins_.size() && origins_[k].value.ptr() == parameter;
      const Tensor x = known ? batch_.slots[k].value : to_parameter(parameter);
      if (const auto& variable = x->grad_variable()) {
        variable->grad = nullptr, variable->grad_rows = nullptr;
      }
      ++k;
    });
  }

 private:
  template <class F>
  void each_parameter(const py::list& groups, const F& call) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      PyObject* params = lookup(PyList_GET_ITEM(groups.ptr(), g), params_);
      if (!params || !PyList_Check(params)) {
        throw TypeError(Rule::name, "a parameter group must hold a list of 'params'.");
      }
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(params); ++i) call(g, PyList_GET_ITEM(params, i));
    }
  }

  void read_options(const py::list& groups) {
    while (groups_.size() < groups.size()) groups_.push_back(make_ref<Group<Rule>>());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::size_t i = 0;
      groups_[g]->rule.visit([&](const char* name, auto& option) {
        PyObject* item = lookup(PyList_GET_ITEM(groups.ptr(), g), option_names_[i++]);
        if (!item) {
          throw ValueError(Rule::name, "a parameter group must hold '", name, "', got none.");
        }
        assign(option, item);
      });
    }
  }

  void collect(const py::list& groups, const py::dict& state) {
    read_options(groups);
    elements_ = 0;
    std::size_t k = 0;
    each_parameter(groups, [&](std::size_t g, PyObject* parameter) {
      if (k == batch_.slots.size()) batch_.slots.emplace_back(), origins_.emplace_back();
      auto& slot = batch_.slots[k];
      auto& origin = origins_[k++];
      if (origin.value.ptr() != parameter) take_over(slot, origin, parameter);
      if (slot.group.get() != groups_[g].get()) slot.group = groups_[g];
      bind_gradient(slot);
      if (slot.gradient || slot.rows) bind_state(slot, origin, state);
    });
    batch_.slots.resize(k), origins_.resize(k);
  }

  static void take_over(Slot<Rule>& slot, Origins& origin, PyObject* parameter) {
    Tensor value = to_parameter(parameter);
    slot = {}, origin = {};
    slot.value = std::move(value);
    origin.value = py::reinterpret_borrow<py::object>(parameter);
    origin.state.resize(Slot<Rule>::states);
  }
  static Tensor to_parameter(const py::handle& object) {
    if (is_tensor(object)) return object.cast<Tensor>();
    throw TypeError(Rule::name, "params must be tensors, got ", Py_TYPE(object.ptr())->tp_name,
                    ".");
  }

  void bind_gradient(Slot<Rule>& slot) {
    const auto& variable = slot.value->grad_variable();
    const TensorImpl* gradient = variable ? variable->grad.get() : nullptr;
    slot.gradient = gradient ? gradient->data() : nullptr;
    slot.rows = variable ? variable->grad_rows.get() : nullptr;
    if (slot.rows) {
      bind_rows(slot);
    } else if (gradient) {
      check_gradient(slot, gradient->shape(), gradient->dtype());
      if (!Rule::takes_dense) {
        throw TypeError(Rule::name, "gradients must be SparseRows, got a dense one of shape ",
                        gradient->shape(),
                        "; give SparseAdam the weights of embeddings with sparse=True alone, and "
                        "the other parameters to another optimizer, such as Adam.");
      }
      elements_ += slot.value->numel();
    }
  }
  static void check_gradient(const Slot<Rule>& slot, const Shape& shape, Dtype dtype) {
    const TensorImpl& value = *slot.value;
    if (shape.numel() == value.numel() && dtype == value.dtype()) return;
    throw RuntimeError(Rule::name, "a gradient must have its parameter's shape ", value.shape(),
                       " and dtype ", value.dtype(), ", got ", shape, " and ", dtype,
                       "; was the parameter's data replaced?");
  }
  void bind_rows(const Slot<Rule>& slot) {
    check_gradient(slot, slot.rows->shape, slot.rows->values->dtype());
    if (!slot.group->rule.takes_rows()) {
      throw TypeError(Rule::name, "gradients must be dense with these options, got SparseRows; ",
                      rows_advice);
    }
    if (Tape::current()) {
      throw RuntimeError(Rule::name,
                         "a sparse gradient has other rows at every step, so it cannot be "
                         "captured; make it dense with sparse=False.");
    }
    elements_ += slot.rows->values->numel();
  }

  void bind_state(Slot<Rule>& slot, Origins& origin, const py::dict& state) {
    PyObject* kept = lookup(state.ptr(), origin.value);
    if (!kept) {
      const py::dict fresh;
      state[origin.value] = fresh;
      kept = fresh.ptr();
    }
    if constexpr (Rule::counts) {
      bind(slot.step, origin.step, kept, step_, {}, Dtype::float32, 0);
    }
    const Rule& rule = slot.group->rule;
    for (int i = 0; i < Slot<Rule>::states; ++i) {
      if (!rule.uses(i)) {
        slot.state[i] = nullptr, origin.state[i] = py::object();
        continue;
      }
      const bool made = bind(slot.state[i], origin.state[i], kept, state_names_[i],
                             slot.value->shape(), slot.value->dtype(), rule.initial(i));
      if (i == 0) slot.first = made;
    }
  }

  // Takes over the tensor that `kept` holds under `name`, or puts a new one there: then true.
  // What was taken over is looked at again at every step: both it and the parameter may have been
  // given other data.
  static bool bind(Tensor& tensor, py::object& origin, PyObject* kept, const py::object& name,
                   const Shape& shape, Dtype dtype, double initial) {
    PyObject* item = lookup(kept, name);
    const bool missing = !item || item == Py_None;
    if (missing) {
      tensor = full(shape, initial, dtype);
      origin = py::cast(tensor);
      if (PyDict_SetItem(kept, name.ptr(), origin.ptr())) throw py::error_already_set();
      return true;
    }
    if (item == origin.ptr()) {
      check_state(*tensor, name, shape, dtype);
      return false;
    }
    if (!is_tensor(item)) {
      throw TypeError(Rule::name, "state '", name.cast<std::string>(), "' must be a tensor, got ",
                      Py_TYPE(item)->tp_name, "; load_state_dict() converts what it loads.");
    }
    const auto found = py::handle(item).cast<Tensor>();
    check_state(*found, name, shape, dtype);
    tensor = found;
    origin = py::reinterpret_borrow<py::object>(item);
    return false;
  }

  static void check_state(const TensorImpl& state, const py::object& name, const Shape& shape,
                          Dtype dtype) {
    if (state.shape() == shape && state.dtype() == dtype) return;
    throw ValueError(Rule::name, "state '", name.cast<std::string>(), "' must have shape ", shape,
                     " and dtype ", dtype, ", got ", state.shape(), " and ", state.dtype(),
                     "; load_state_dict() converts what it loads.");
  }

  // The step runs now and again at every replay, which reads the options first.
  void record(Tape& tape, const py::list& groups) {
    std::vector<Tensor> kept;
    for (const auto& slot : batch_.slots) {
      if (!slot.gradient) continue;
      kept.push_back(slot.value);
      kept.push_back(slot.value->grad_variable()->grad);
      if (slot.step) kept.push_back(slot.step);
      for (const auto& tensor : slot.state) {
        if (tensor) kept.push_back(tensor);
      }
    }
    const auto node = make_ref<UpdateNode<Rule>>(kept, batch_);
    tape.before_replay([this, self = py::cast(this), groups] {
      const py::gil_scoped_acquire gil;  // replays run without it
      read_options(groups);
    });
    const ReleaseGil release(elements_);
    deepcore::run(node);
  }

  const py::object params_ = interned("params"), step_ = interned("step");
  std::vector<py::object> option_names_, state_names_;
  std::vector<Ref<Group<Rule>>> groups_;
  Batch<Rule> batch_;
  std::vector<Origins> origins_;  // of batch_.slots
  std::int64_t elements_ = 0;
};

template <class Rule>
void register_rule(py::module_& m, const char* name) {
  py::class_<Stepper<Rule>>(m, name)
      .def(py::init<>())
      .def("step", &Stepper<Rule>::step)
      .def("zero_grad", &Stepper<Rule>::zero_grad);
}

}  // namespace

void register_optim(py::module_& m) {
  register_rule<Sgd>(m, "SGDStepper");
  register_rule<Adagrad>(m, "AdagradStepper");
  register_rule<Adadelta>(m, "AdadeltaStepper");
  register_rule<Rmsprop>(m, "RMSpropStepper");
  register_rule<Adam>(m, "AdamStepper");
  register_rule<SparseAdam>(m, "SparseAdamStepper");
}

}  // namespace deepcore
