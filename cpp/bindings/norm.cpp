#include "ops/norm.h"

#include <pybind11/stl.h>

#include "bindings/families.h"

namespace deepcore {
namespace {

void register_batch_norm(py::module_& m) {
  m.def(
      "batch_norm",
      [](const Tensor& input, const py::handle& weight, const py::handle& bias,
         const py::handle& running_mean, const py::handle& running_var,
         const py::handle& num_batches_tracked, bool training, std::optional<double> momentum,
         double eps, bool relu, const py::handle& residual) {
        const auto tensor = [](const py::handle& x) { return optional_tensor("batch_norm", x); };
        const Tensor w = tensor(weight), b = tensor(bias), r = tensor(residual);
        const RunningStatistics running{tensor(running_mean), tensor(running_var),
                                        tensor(num_batches_tracked), momentum};
        const ReleaseGil release(input->numel());
        return batch_norm(input, w, b, running, training, eps, relu, r);
      },
      py::arg("input"), py::arg("weight") = py::none(), py::arg("bias") = py::none(),
      py::arg("running_mean") = py::none(), py::arg("running_var") = py::none(),
      py::arg("num_batches_tracked") = py::none(), py::arg("training") = true,
      py::arg("momentum") = 0.1, py::arg("eps") = 1e-5, py::arg("relu") = false,
      py::arg("residual") = py::none());
}

void register_instance_norm(py::module_& m) {
  m.def(
      "instance_norm",
      [](const Tensor& input, const py::handle& weight, const py::handle& bias,
         const py::handle& running_mean, const py::handle& running_var, bool use_input_stats,
         double momentum, double eps) {
        const auto tensor = [](const py::handle& x) { return optional_tensor("instance_norm", x); };
        const Tensor w = tensor(weight), b = tensor(bias);
        const RunningStatistics running{tensor(running_mean), tensor(running_var), {}, momentum};
        const ReleaseGil release(input->numel());
        return instance_norm(input, w, b, running, use_input_stats, eps);
      },
      py::arg("input"), py::arg("weight") = py::none(), py::arg("bias") = py::none(),
      py::arg("running_mean") = py::none(), py::arg("running_var") = py::none(),
      py::arg("use_input_stats") = true, py::arg("momentum") = 0.1, py::arg("eps") = 1e-5);
}

void register_group_norm(py::module_& m) {
  m.def(
      "group_norm",
      [](const Tensor& input, std::int64_t num_groups, const py::handle& weight,
         const py::handle& bias, double eps) {
        const Tensor w = optional_tensor("group_norm", weight);
        const Tensor b = optional_tensor("group_norm", bias);
        const ReleaseGil release(input->numel());
        return group_norm(input, num_groups, w, b, eps);
      },
      py::arg("input"), py::arg("num_groups"), py::arg("weight") = py::none(),
      py::arg("bias") = py::none(), py::arg("eps") = 1e-5);
}

void register_layer_norm(py::module_& m) {
  m.def(
      "layer_norm",
      [](const Tensor& input, const py::handle& normalized_shape, const py::handle& weight,
         const py::handle& bias, double eps) {
        const Shape shape = to_shape("layer_norm", normalized_shape);
        const Tensor w = optional_tensor("layer_norm", weight);
        const Tensor b = optional_tensor("layer_norm", bias);
        const ReleaseGil release(input->numel());
        return layer_norm(input, shape, w, b, eps);
      },
      py::arg("input"), py::arg("normalized_shape"), py::arg("weight") = py::none(),
      py::arg("bias") = py::none(), py::arg("eps") = 1e-5);
  m.def(
      "rms_norm",
      [](const Tensor& input, const py::handle& normalized_shape, const py::handle& weight,
         std::optional<double> eps) {
        const Shape shape = to_shape("rms_norm", normalized_shape);
        const Tensor w = optional_tensor("rms_norm", weight);
        const ReleaseGil release(input->numel());
        return rms_norm(input, shape, w, eps);
      },
      py::arg("input"), py::arg("normalized_shape"), py::arg("weight") = py::none(),
      py::arg("eps") = py::none());
}

}  // namespace

void register_norm(py::module_& m) {
  register_batch_norm(m);
  register_instance_norm(m);
  register_group_norm(m);
  register_layer_norm(m);
  m.def(
      "local_response_norm",
      [](const Tensor& input, std::int64_t size, double alpha, double beta, double k) {
        const ReleaseGil release(input->numel());
        return local_response_norm(input, size, alpha, beta, k);
      },
      py::arg("input"), py::arg("size"), py::arg("alpha") = 1e-4, py::arg("beta") = 0.75,
      py::arg("k") = 1.0);
}

}  // namespace deepcore
