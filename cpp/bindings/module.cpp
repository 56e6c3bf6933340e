#include <pybind11/pybind11.h>

#include "base/cpu.h"
#include "kernels/kernels.h"

PYBIND11_MODULE(_core, m) {
  deepcore::choose_kernels(deepcore::library_folder());
  m.def("level", [] { return deepcore::kernels().level; });
}
