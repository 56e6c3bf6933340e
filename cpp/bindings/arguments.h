// What a user reads who calls a bound function with arguments that do not fit.
#pragma once

#include "bindings/common.h"

namespace deepcore {

// Makes every function bound so far, in the module and in its classes, say which argument does not
// fit; pybind11 would print every signature and the values of all arguments, whole tensors even.
void explain_arguments(const py::module_& m);

}  // namespace deepcore
