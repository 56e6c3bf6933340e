#include "bindings/arguments.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bindings/errors.h"

namespace deepcore {
namespace {

using Record = py::detail::function_record;
using Function = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

// One function serves all of pybind11's, so it can be called from here before its error is read.
Function dispatch = nullptr;

struct Parameter {
  std::string name, type;
  bool optional;
};

// Of a signature that pybind11 wrote: "(input: deepcore._core.Tensor, dim: int = 0) -> ...".
std::vector<Parameter> parameters_of(std::string_view signature) {
  std::vector<Parameter> parameters;
  int depth = 0;
  std::size_t begin = 1;
  for (std::size_t i = 0; i < signature.size(); ++i) {
    const char c = signature[i];
    depth += (c == '(' || c == '[' || c == '<') - (c == ')' || c == ']' || c == '>');
    if (!(depth == 1 && c == ',') && depth != 0) continue;
    const auto part = signature.substr(begin, i - begin);
    const auto colon = part.find(": "), equals = part.find(" = ");
    if (colon != part.npos) {
      parameters.push_back({std::string(part.substr(0, colon)),
                            std::string(part.substr(colon + 2, equals - colon - 2)),
                            equals != part.npos});
    }
    if (depth == 0) break;
    begin = i + 2;
  }
  return parameters;
}

struct Kind {
  const char* type;  // as in a signature
  const char* text;
  bool (*fits)(PyObject*);
};

bool is_sequence_of_tensors(PyObject* object) {
  if (!PyList_Check(object) && !PyTuple_Check(object)) return false;
  const py::sequence items = py::reinterpret_borrow<py::sequence>(object);
  return std::all_of(items.begin(), items.end(), [](const auto& item) { return is_tensor(item); });
}

constexpr Kind kinds[] = {
    {"deepcore._core.Tensor", "a Tensor", [](PyObject* o) { return is_tensor(o); }},
    {"collections.abc.Sequence[deepcore._core.Tensor]", "a list of Tensors",
     is_sequence_of_tensors},
    {"typing.SupportsInt | typing.SupportsIndex", "an int",
     [](PyObject* o) { return PyIndex_Check(o) != 0; }},
    {"typing.SupportsInt | typing.SupportsIndex | None", "an int or None",
     [](PyObject* o) { return o == Py_None || PyIndex_Check(o) != 0; }},
    {"typing.SupportsFloat | typing.SupportsIndex", "a number",
     [](PyObject* o) { return PyNumber_Check(o) != 0; }},
    {"bool", "True or False", [](PyObject* o) { return PyBool_Check(o) != 0; }},
    {"str", "a string", [](PyObject* o) { return PyUnicode_Check(o) != 0; }},
    {"numpy.ndarray", "a NumPy array", [](PyObject*) { return false; }},
};

const Kind* misfit(const Parameter& parameter, PyObject* given) {
  for (const Kind& kind : kinds) {
    if (parameter.type == kind.type) return kind.fits(given) ? nullptr : &kind;
  }
  return nullptr;
}

std::string type_name(PyObject* object) {
  return py::str(py::type::handle_of(object).attr("__name__"));
}

bool is_packed(PyObject* object) {
  return PyTuple_Check(object) && py::hasattr(object, "batch_sizes");
}

// How what is no Tensor becomes one: arrays, lists and numbers can be made one, and what recurrent
// layers take and give holds one.
const char* way_to_tensor(PyObject* object) {
  if (is_packed(object)) return "; its rows are its .data.";
  if (PyTuple_Check(object) && PyTuple_GET_SIZE(object) == 2) {
    PyObject* first = PyTuple_GET_ITEM(object, 0);
    if (is_tensor(first) || is_packed(first)) {
      return "; a recurrent layer gives (output, state): pass output.";
    }
  }
  const bool can_be = PyList_Check(object) || PyTuple_Check(object) || PyNumber_Check(object) ||
                      py::hasattr(object, "__array__");
  return can_be ? "; deepcore.tensor(x) makes one." : ".";
}

// The arguments of a call, by position and by name.
struct Call {
  PyObject* const* values;
  std::size_t positional;
  std::vector<std::string> names;  // of what follows the positional ones

  std::size_t count() const { return positional + names.size(); }
  PyObject* find(std::size_t position, const std::string& name) const {
    if (position < positional) return values[position];
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? nullptr : values[positional + (at - names.begin())];
  }
};

bool knows(const std::vector<Parameter>& parameters, const std::string& name) {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const Parameter& p) { return p.name == name; });
}

// pybind11 calls what has no name arg0, arg1, ...
std::string readable(const std::string& name) {
  return name.rfind("arg", 0) == 0 ? "the value" : name;
}

std::string without_module(std::string_view signature) {
  std::string text(signature.substr(0, signature.find(" -> ")));
  for (const std::string_view module : {"deepcore._core.", "typing.", "collections.abc."}) {
    for (auto at = text.find(module); at != text.npos; at = text.find(module)) {
      text.erase(at, module.size());
    }
  }
  return text;
}

TypeError explain_form(const char* op, std::string_view signature, const Call& call) {
  const auto parameters = parameters_of(signature);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    PyObject* given = call.find(i, parameter.name);
    if (!given && !parameter.optional) {
      return TypeError(op, "the argument '", parameter.name, "' is missing.");
    }
    const Kind* kind = given ? misfit(parameter, given) : nullptr;
    if (!kind) continue;
    return TypeError(op, readable(parameter.name), " must be ", kind->text, ", got ",
                     type_name(given), kind == kinds ? way_to_tensor(given) : ".");
  }
  if (call.count() > parameters.size()) {
    const auto self = !parameters.empty() && parameters[0].name == "self" ? 1u : 0u;
    return TypeError(op, "expected at most ", parameters.size() - self, " arguments, got ",
                     call.count() - self, ".");
  }
  return TypeError(op, "an argument does not fit ", without_module(signature), ".");
}

// Of several forms, the first that knows all names that were given, and takes as many arguments, is
// the one that was meant.
TypeError explain(const char* op, const Record* forms, const Call& call) {
  std::string unknown;
  for (const Record* form = forms; form; form = form->next) {
    const auto parameters = parameters_of(form->signature);
    const auto stranger =
        std::find_if(call.names.begin(), call.names.end(),
                     [&](const std::string& name) { return !knows(parameters, name); });
    const bool fits = stranger == call.names.end() && call.count() <= parameters.size();
    if (fits || (stranger == call.names.end() && !form->next)) {
      return explain_form(op, form->signature, call);
    }
    if (stranger != call.names.end()) unknown = *stranger;
  }
  if (unknown.empty()) return explain_form(op, forms->signature, call);
  return TypeError(op, "there is no argument '", unknown, "'.");
}

std::string op_of(const Record& record) {
  std::string name = record.name;
  if (record.is_constructor) name = py::str(record.scope.attr("__name__"));
  name.erase(0, name.find_first_not_of('_'));
  return name.empty() ? "set" : name.substr(0, name.find("__"));
}

PyObject* call_and_explain(PyObject* self, PyObject* const* values, Py_ssize_t flags,
                           PyObject* names) {
  PyObject* result = dispatch(self, values, flags, names);
  if (result || !PyErr_ExceptionMatches(PyExc_TypeError)) return result;
  try {
    py::error_already_set error;
    const std::string text = py::str(error.value());
    const Record* record = py::detail::function_record_ptr_from_PyObject(self);
    if (!record || text.find("): incompatible ") == text.npos) {
      error.restore();
      return nullptr;
    }
    Call call{values, static_cast<std::size_t>(PyVectorcall_NARGS(flags)), {}};
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i) {
      call.names.push_back(py::str(py::handle(PyTuple_GET_ITEM(names, i))));
    }
    const std::string op = op_of(*record);
    set_python_error(explain(op.c_str(), record, call));
  } catch (py::error_already_set& error) {
    error.restore();
  }
  return nullptr;
}

void take_over(py::handle function) {
  if (PyInstanceMethod_Check(function.ptr())) {
    function = PyInstanceMethod_GET_FUNCTION(function.ptr());
  }
  if (!PyCFunction_Check(function.ptr())) return;
  auto* method = reinterpret_cast<PyCFunctionObject*>(function.ptr());
  if (!method->m_self || !py::detail::function_record_ptr_from_PyObject(method->m_self)) return;
  if (method->m_ml->ml_flags != (METH_FASTCALL | METH_KEYWORDS)) return;
  const auto found = reinterpret_cast<Function>(reinterpret_cast<void*>(method->m_ml->ml_meth));
  if (!dispatch) dispatch = found;
  if (found != dispatch) return;
  method->m_ml->ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(call_and_explain));
}

void take_over_members(const py::handle& scope) {
  for (const auto& item : py::dict(scope.attr("__dict__"))) {
    const py::handle member = item.second;
    if (PyObject_TypeCheck(member.ptr(), &PyProperty_Type)) {
      take_over(member.attr("fset"));
    } else if (PyType_Check(member.ptr())) {
      take_over_members(member);
    } else {
      take_over(member);
    }
  }
}

}  // namespace

void explain_arguments(const py::module_& m) {
  take_over_members(m);
}

}  // namespace deepcore
