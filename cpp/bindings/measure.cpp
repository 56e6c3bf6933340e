// What training asks of numbers beside the graph: are they finite, which guesses are right.
#include <pybind11/stl.h>

#include "bindings/common.h"
#include "graph/sparse_rows.h"
#include "ops/accuracy.h"
#include "ops/finite.h"

namespace deepcore {
namespace {

// Looks at the gradients of some parameters after each backward.
class GradientWatch {
 public:
  explicit GradientWatch(const std::vector<Tensor>& parameters) : parameters_(parameters) {
    for (const Tensor& x : parameters_) elements_ += x->numel();
  }

  // Gradients that are absent are finite.
  bool all_finite() const {
    const ReleaseGil release(elements_);
    for (const Tensor& x : parameters_) {
      const auto& variable = x->grad_variable();
      if (!variable) continue;
      if (variable->grad && !deepcore::all_finite(variable->grad)) return false;
      const auto& rows = variable->grad_rows;
      if (rows && !deepcore::all_finite(rows->values)) return false;
    }
    return true;
  }

 private:
  const std::vector<Tensor> parameters_;
  std::int64_t elements_ = 0;
};

// (right, counted), or None where these are not scores and class indices.
py::object count_guesses(const Tensor& scores, const Tensor& labels, std::int64_t ignore_index) {
  if (!are_scores_and_labels(scores, labels)) return py::none();
  const auto guesses = count_right(scores, labels, ignore_index);
  return py::make_tuple(guesses.right, guesses.counted);
}

}  // namespace

void register_measure(py::module_& m) {
  m.def(
      "all_finite",
      [](const Tensor& x) {
        const ReleaseGil release(x->numel());
        return all_finite(x);
      },
      py::arg("x"));
  py::class_<GradientWatch>(m, "GradientWatch")
      .def(py::init<const std::vector<Tensor>&>(), py::arg("parameters"))
      .def("all_finite", &GradientWatch::all_finite);
  m.def("count_samples", &count_samples, py::arg("targets"), py::arg("ignore_index"));
  m.def("count_right", &count_guesses, py::arg("scores"), py::arg("labels"),
        py::arg("ignore_index"));
}

}  // namespace deepcore
