// What this build and this process are: level, threads, memory, versions.
#include <pybind11/stl.h>

#include "base/config.h"

#include "base/cpu.h"
#include "base/parallel.h"
#include "base/threads.h"
#include "bindings/common.h"
#include "kernels/kernels.h"

namespace deepcore {

void register_config(py::module_& m) {
  m.attr("__version__") = build_version();
  m.def("config", [] {
    py::dict config;
    config["version"] = build_version();
    config["level"] = kernels().level;
    config["installed_levels"] = installed_levels(library_folder());
    config["supported_levels"] = supported_levels();
    config["compiler"] = build_compiler();
    config["threading"] = threading_layer();
    config["threads"] = num_threads();
    config["eigen"] = build_eigen();
    return config;
  });
  m.def("num_threads", &num_threads);
  m.def("set_num_threads", &set_num_threads, py::arg("n"));
  m.def("set_local_threads", &set_local_threads, py::arg("n"));
  m.def("memory_stats", [] {
    const auto stats = memory_stats();
    py::dict result;
    result["in_use"] = stats.in_use;
    result["cached"] = stats.cached;
    result["requests"] = stats.requests;
    result["system"] = stats.system;
    return result;
  });
  m.def("empty_cache", &empty_cache);
}

}  // namespace deepcore
