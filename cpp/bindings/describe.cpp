// Docstrings written in Python: only C can set those of compiled functions.
#include <cstdlib>
#include <cstring>
#include <string>

#include "bindings/families.h"

namespace deepcore {
namespace {

PyCFunctionObject* bound_function(py::handle object) {
  if (PyInstanceMethod_Check(object.ptr())) object = PyInstanceMethod_GET_FUNCTION(object.ptr());
  if (!PyCFunction_Check(object.ptr())) return nullptr;
  auto* function = reinterpret_cast<PyCFunctionObject*>(object.ptr());
  const bool bound =
      function->m_self && py::detail::function_record_ptr_from_PyObject(function->m_self);
  return bound ? function : nullptr;
}

// What pybind11 wrote, the signatures and perhaps a sentence, stays in front.
void describe(const py::handle& function, const std::string& text) {
  const auto* bound = bound_function(function);
  if (!bound) throw TypeError("describe", "function must be one that the extension binds.");
  const char*& doc = bound->m_ml->ml_doc;
  const std::string whole = (doc ? doc : "") + ("\n" + text);
  std::free(const_cast<char*>(doc));  // as pybind11, whose memory it is
  doc = strdup(whole.c_str());
}

}  // namespace

void register_describe(py::module_& m) {
  m.def("describe", &describe);
}

}  // namespace deepcore
