// The package's errors as Python's own kinds.
#pragma once

#include <pybind11/pybind11.h>

#include "base/error.h"

namespace deepcore {

inline void set_python_error(const Error& error) {
  PyObject* kinds[] = {PyExc_ValueError, PyExc_TypeError, PyExc_IndexError, PyExc_RuntimeError};
  PyErr_SetString(kinds[static_cast<int>(error.kind())], error.what());
}

}  // namespace deepcore
