#include <pybind11/stl.h>

#include "bindings/families.h"
#include "ops/avg_pool.h"
#include "ops/lp_pool.h"
#include "ops/max_pool.h"
#include "ops/max_unpool.h"

namespace deepcore {
namespace {

// The functions of a family for 1, 2 and 3 axes.
using Names = const char* [3];

bool is_sequence(const py::handle& object) {
  return PyTuple_Check(object.ptr()) || PyList_Check(object.ptr());
}

[[noreturn]] void refuse_sizes(const char* op, const char* name, const py::handle& given,
                               const char* expected) {
  throw TypeError(op, name, " must be ", expected, ", got ", std::string(py::str(py::repr(given))),
                  ".");
}

bool is_size(const py::handle& object) {
  return PyIndex_Check(object.ptr()) && !PyBool_Check(object.ptr());
}

// An int, or a tuple or list of them.
Shape to_sizes(const char* op, const char* name, const py::handle& given) {
  constexpr auto expected = "a whole number or a tuple of them";
  if (is_sequence(given)) {
    for (const auto size : given) {
      if (!is_size(size)) refuse_sizes(op, name, given, expected);
    }
  } else if (!is_size(given)) {
    refuse_sizes(op, name, given, expected);
  }
  return to_shape(op, given);
}

PoolOptions to_options(const char* op, const py::handle& kernel_size, const py::handle& stride,
                       const py::handle& padding, bool ceil_mode) {
  PoolOptions options;
  options.kernel = to_sizes(op, "kernel_size", kernel_size);
  if (!stride.is_none()) options.stride = to_sizes(op, "stride", stride);
  options.padding = to_sizes(op, "padding", padding);
  options.ceil_mode = ceil_mode;
  return options;
}

// One size for all axes or one each; None is the input's.
Shape to_output_size(const char* op, const Tensor& x, int rank, const py::handle& given) {
  const int first = check_planes(op, x, rank);
  const bool several = is_sequence(given);
  if (several && static_cast<int>(py::len(given)) != rank && py::len(given) != 1) {
    throw ValueError(op, "output_size must be one number or ", rank, ", got ",
                     std::string(py::str(py::repr(given))), ".");
  }
  Shape sizes;
  for (int i = 0; i < rank; ++i) {
    const py::object size =
        several ? py::reinterpret_borrow<py::sequence>(given)[py::len(given) == 1 ? 0 : i]
                : py::reinterpret_borrow<py::object>(given);
    if (size.is_none()) {
      sizes.push_back(x->size(first + i));
    } else if (is_size(size)) {
      sizes.push_back(to_shape(op, size)[0]);
    } else {
      refuse_sizes(op, "output_size", given, "a whole number, None, or a tuple of them");
    }
  }
  return sizes;
}

void define_max_pool(py::module_& m, const char* op, const char* with_indices, int rank) {
  const auto call = [rank](const char* op, const Tensor& input, const py::handle& kernel_size,
                           const py::handle& stride, const py::handle& padding,
                           const py::handle& dilation, bool ceil_mode, bool indices) {
    auto options = to_options(op, kernel_size, stride, padding, ceil_mode);
    options.dilation = to_sizes(op, "dilation", dilation);
    const ReleaseGil release(input->numel());
    return max_pool(op, input, rank, options, indices);
  };
  const auto define = [&](const char* name, const auto& f) {
    m.def(name, f, py::arg("input"), py::arg("kernel_size"), py::arg("stride") = py::none(),
          py::arg("padding") = 0, py::arg("dilation") = 1, py::arg("ceil_mode") = false);
  };
  define(op, [=](const Tensor& input, const py::handle& kernel_size, const py::handle& stride,
                 const py::handle& padding, const py::handle& dilation, bool ceil_mode) {
    return call(op, input, kernel_size, stride, padding, dilation, ceil_mode, false).first;
  });
  define(with_indices,
         [=](const Tensor& input, const py::handle& kernel_size, const py::handle& stride,
             const py::handle& padding, const py::handle& dilation, bool ceil_mode) {
           return call(op, input, kernel_size, stride, padding, dilation, ceil_mode, true);
         });
}

void define_avg_pool(py::module_& m, const char* op, int rank) {
  m.def(
      op,
      [op, rank](const Tensor& input, const py::handle& kernel_size, const py::handle& stride,
                 const py::handle& padding, bool ceil_mode, bool count_include_pad,
                 std::optional<std::int64_t> divisor_override) {
        const auto options = to_options(op, kernel_size, stride, padding, ceil_mode);
        if (divisor_override == 0) {
          throw ValueError(op, "divisor_override must not be zero, got 0.");
        }
        const ReleaseGil release(input->numel());
        return avg_pool(op, input, rank, options,
                        {count_include_pad, divisor_override.value_or(0)});
      },
      py::arg("input"), py::arg("kernel_size"), py::arg("stride") = py::none(),
      py::arg("padding") = 0, py::arg("ceil_mode") = false, py::arg("count_include_pad") = true,
      py::arg("divisor_override") = py::none());
}

void define_lp_pool(py::module_& m, const char* op, int rank) {
  m.def(
      op,
      [op, rank](const Tensor& input, double norm_type, const py::handle& kernel_size,
                 const py::handle& stride, bool ceil_mode) {
        const auto options = to_options(op, kernel_size, stride, py::int_(0), ceil_mode);
        const ReleaseGil release(input->numel());
        return lp_pool(op, input, norm_type, rank, options);
      },
      py::arg("input"), py::arg("norm_type"), py::arg("kernel_size"),
      py::arg("stride") = py::none(), py::arg("ceil_mode") = false);
}

void define_adaptive_max_pool(py::module_& m, const char* op, const char* with_indices, int rank) {
  const auto call = [op, rank](const Tensor& input, const py::handle& output_size, bool indices) {
    const Shape sizes = to_output_size(op, input, rank, output_size);
    const ReleaseGil release(input->numel());
    return adaptive_max_pool(op, input, sizes, indices);
  };
  m.def(
      op,
      [call](const Tensor& input, const py::handle& output_size) {
        return call(input, output_size, false).first;
      },
      py::arg("input"), py::arg("output_size"));
  m.def(
      with_indices,
      [call](const Tensor& input, const py::handle& output_size) {
        return call(input, output_size, true);
      },
      py::arg("input"), py::arg("output_size"));
}

void define_adaptive_avg_pool(py::module_& m, const char* op, int rank) {
  m.def(
      op,
      [op, rank](const Tensor& input, const py::handle& output_size) {
        const Shape sizes = to_output_size(op, input, rank, output_size);
        const ReleaseGil release(input->numel());
        return adaptive_avg_pool(op, input, sizes);
      },
      py::arg("input"), py::arg("output_size"));
}

void define_max_unpool(py::module_& m, const char* op, int rank) {
  m.def(
      op,
      [op, rank](const Tensor& input, const Tensor& indices, const py::handle& kernel_size,
                 const py::handle& stride, const py::handle& padding,
                 const py::handle& output_size) {
        const auto options = to_options(op, kernel_size, stride, padding, false);
        std::optional<Shape> sizes;
        if (!output_size.is_none()) sizes = to_sizes(op, "output_size", output_size);
        const ReleaseGil release(input->numel());
        return max_unpool(op, input, indices, rank, options, sizes);
      },
      py::arg("input"), py::arg("indices"), py::arg("kernel_size"), py::arg("stride") = py::none(),
      py::arg("padding") = 0, py::arg("output_size") = py::none());
}

}  // namespace

void register_pool(py::module_& m) {
  constexpr Names max = {"max_pool1d", "max_pool2d", "max_pool3d"};
  constexpr Names max_indices = {"max_pool1d_with_indices", "max_pool2d_with_indices",
                                 "max_pool3d_with_indices"};
  constexpr Names unpool = {"max_unpool1d", "max_unpool2d", "max_unpool3d"};
  constexpr Names avg = {"avg_pool1d", "avg_pool2d", "avg_pool3d"};
  constexpr Names lp = {"lp_pool1d", "lp_pool2d", "lp_pool3d"};
  constexpr Names adaptive_max = {"adaptive_max_pool1d", "adaptive_max_pool2d",
                                  "adaptive_max_pool3d"};
  constexpr Names adaptive_max_indices = {"adaptive_max_pool1d_with_indices",
                                          "adaptive_max_pool2d_with_indices",
                                          "adaptive_max_pool3d_with_indices"};
  constexpr Names adaptive_avg = {"adaptive_avg_pool1d", "adaptive_avg_pool2d",
                                  "adaptive_avg_pool3d"};
  for (int i = 0; i < 3; ++i) {
    const int rank = i + 1;
    define_max_pool(m, max[i], max_indices[i], rank);
    define_max_unpool(m, unpool[i], rank);
    define_avg_pool(m, avg[i], rank);
    define_lp_pool(m, lp[i], rank);
    define_adaptive_max_pool(m, adaptive_max[i], adaptive_max_indices[i], rank);
    define_adaptive_avg_pool(m, adaptive_avg[i], rank);
  }
}

}  // namespace deepcore
