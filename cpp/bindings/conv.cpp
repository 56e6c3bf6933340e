#include "ops/conv.h"

#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/common.h"
#include "ops/conv_norm.h"

namespace deepcore {
namespace {

using Numbers = std::vector<std::int64_t>;

// One number for all axes, or one for each.
Numbers to_numbers(const char* op, const char* name, const py::handle& object, int axes) {
  const Shape given = to_shape(op, object);
  if (given.rank() != 1 && given.rank() != axes) {
    throw ValueError(op, name, " must be a number or ", axes, " of them, got ", given, ".");
  }
  Numbers numbers;
  for (int i = 0; i < axes; ++i) numbers.push_back(given[given.rank() == 1 ? 0 : i]);
  return numbers;
}

// 'same' keeps the sizes, with the odd element behind; 'valid' is none.
void pad_by_name(const std::string& name, const char* op, const Tensor& weight,
                 ConvOptions& options) {
  options.before = options.after = Numbers(static_cast<std::size_t>(options.axes), 0);
  if (name == "valid") return;
  if (name != "same") {
    throw ValueError(op, "padding must be 'same', 'valid' or numbers, got '", name, "'.");
  }
  for (int i = 0; i < options.axes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (options.stride[at] != 1) {
      throw ValueError(op, "padding 'same' must go with stride 1, got stride ", options.stride[at],
                       ".");
    }
    if (weight->rank() != options.axes + 2) continue;  // is refused with its shape
    const auto all = options.dilation[at] * (weight->size(2 + i) - 1);
    options.before[at] = all / 2;
    options.after[at] = all - all / 2;
  }
}

ConvOptions to_options(const char* op, int axes, const Tensor& weight, const py::handle& stride,
                       const py::handle& padding, const py::handle& dilation, std::int64_t groups) {
  ConvOptions options{.axes = axes,
                      .stride = to_numbers(op, "stride", stride, axes),
                      .dilation = to_numbers(op, "dilation", dilation, axes),
                      .before = {},
                      .after = {},
                      .groups = groups};
  if (py::isinstance<py::str>(padding)) {
    pad_by_name(padding.cast<std::string>(), op, weight, options);
  } else {
    options.before = options.after = to_numbers(op, "padding", padding, axes);
  }
  return options;
}

template <int axes>
void define(py::module_& m, const char* name, const char* transposed) {
  m.def(
      name,
      [name](const Tensor& input, const Tensor& weight, const py::handle& bias,
             const py::handle& stride, const py::handle& padding, const py::handle& dilation,
             std::int64_t groups, Activation activation, double slope) {
        const Tensor b = optional_tensor(name, bias);
        const auto options = to_options(name, axes, weight, stride, padding, dilation, groups);
        const ReleaseGil release(input->numel() + weight->numel());
        return conv(input, weight, b, options, activation, slope);
      },
      py::arg("input"), py::arg("weight"), py::arg("bias") = py::none(), py::arg("stride") = 1,
      py::arg("padding") = 0, py::arg("dilation") = 1, py::arg("groups") = 1,
      py::arg("activation") = Activation::none, py::arg("slope") = 0.01);
  m.def(
      transposed,
      [transposed](const Tensor& input, const Tensor& weight, const py::handle& bias,
                   const py::handle& stride, const py::handle& padding,
                   const py::handle& output_padding, std::int64_t groups,
                   const py::handle& dilation) {
        const Tensor b = optional_tensor(transposed, bias);
        ConvOptions options{.axes = axes,
                            .stride = to_numbers(transposed, "stride", stride, axes),
                            .dilation = to_numbers(transposed, "dilation", dilation, axes),
                            .before = to_numbers(transposed, "padding", padding, axes),
                            .after = {},
                            .groups = groups};
        options.after = options.before;
        const auto extra = to_numbers(transposed, "output_padding", output_padding, axes);
        const ReleaseGil release(input->numel() + weight->numel());
        return conv_transpose(input, weight, b, options, extra);
      },
      py::arg("input"), py::arg("weight"), py::arg("bias") = py::none(), py::arg("stride") = 1,
      py::arg("padding") = 0, py::arg("output_padding") = 0, py::arg("groups") = 1,
      py::arg("dilation") = 1);
}

template <int axes>
void define_with_norm(py::module_& m, const char* name, const char* conv) {
  m.def(
      name,
      [conv](const Tensor& input, const Tensor& weight, const py::handle& bias,
             const py::handle& stride, const py::handle& padding, const py::handle& dilation,
             std::int64_t groups, const py::handle& norm_weight, const py::handle& norm_bias,
             const py::handle& running_mean, const py::handle& running_var, double eps, bool relu) {
        const auto tensor = [](const py::handle& x) { return optional_tensor("batch_norm", x); };
        const Tensor b = optional_tensor(conv, bias);
        const auto options = to_options(conv, axes, weight, stride, padding, dilation, groups);
        const EvalNorm norm{.weight = tensor(norm_weight),
                            .bias = tensor(norm_bias),
                            .mean = tensor(running_mean),
                            .variance = tensor(running_var),
                            .eps = eps,
                            .relu = relu};
        const ReleaseGil release(input->numel() + weight->numel());
        return conv_norm(input, weight, b, options, norm);
      },
      py::arg("input"), py::arg("weight"), py::arg("bias"), py::arg("stride"), py::arg("padding"),
      py::arg("dilation"), py::arg("groups"), py::arg("norm_weight"), py::arg("norm_bias"),
      py::arg("running_mean"), py::arg("running_var"), py::arg("eps") = 1e-5,
      py::arg("relu") = false);
}

}  // namespace

void register_conv(py::module_& m) {
  define<1>(m, "conv1d", "conv_transpose1d");
  define<2>(m, "conv2d", "conv_transpose2d");
  define<3>(m, "conv3d", "conv_transpose3d");
  define_with_norm<1>(m, "conv1d_norm", "conv1d");
  define_with_norm<2>(m, "conv2d_norm", "conv2d");
  define_with_norm<3>(m, "conv3d_norm", "conv3d");
}

}  // namespace deepcore
