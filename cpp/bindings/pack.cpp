#include "ops/pack.h"

#include <pybind11/stl.h>

#include "bindings/families.h"
#include "bindings/operand.h"

namespace deepcore {

using Counts = std::vector<std::int64_t>;

void register_pack(py::module_& m) {
  m.def(
      "pack",
      [](const Tensor& input, const Counts& lengths, const Counts& order, bool batch_first) {
        const ReleaseGil release(input->numel());
        return pack(input, {lengths, order, batch_first});
      },
      py::arg("input"), py::arg("lengths"), py::arg("order"), py::arg("batch_first") = false);
  m.def(
      "unpack",
      [](const Tensor& data, const Counts& lengths, const Counts& order, std::int64_t steps,
         bool batch_first, const py::handle& padding_value) {
        const auto padding = to_number(padding_value);
        if (!padding) {
          throw TypeError("unpack", "padding_value must be a number, got ",
                          Py_TYPE(padding_value.ptr())->tp_name, ".");
        }
        const ReleaseGil release(data->numel());
        return unpack(data, {lengths, order, batch_first}, steps, *padding);
      },
      py::arg("data"), py::arg("lengths"), py::arg("order"), py::arg("steps"),
      py::arg("batch_first") = false, py::arg("padding_value") = 0.0);
}

}  // namespace deepcore
