#include "ops/recurrent.h"

#include "bindings/families.h"

namespace deepcore {
namespace {

RecurrentOutputs run_recurrent(const char* op, Cell cell, const Tensor& input,
                               const py::handle& batch_sizes, const py::handle& h0,
                               const py::handle& c0, const Tensor& weight_ih,
                               const Tensor& weight_hh, const py::handle& bias_ih,
                               const py::handle& bias_hh, const py::handle& weight_hr, bool reverse,
                               bool batch_first) {
  const auto tensor = [op](const py::handle& x) { return optional_tensor(op, x); };
  const RecurrentInputs inputs{
      input,           tensor(batch_sizes), tensor(h0),        tensor(c0), weight_ih,  weight_hh,
      tensor(bias_ih), tensor(bias_hh),     tensor(weight_hr), reverse,    batch_first};
  const ReleaseGil release(input->numel() + weight_hh->numel());
  return recurrent(op, cell, inputs);
}

Cell rnn_of(const std::string& nonlinearity) {
  if (nonlinearity == "tanh") return Cell::rnn_tanh;
  if (nonlinearity == "relu") return Cell::rnn_relu;
  throw ValueError("rnn", "nonlinearity must be 'tanh' or 'relu', got '", nonlinearity, "'.");
}

}  // namespace

void register_recurrent(py::module_& m) {
  m.def(
      "lstm",
      [](const Tensor& input, const py::handle& batch_sizes, const py::handle& h0,
         const py::handle& c0, const Tensor& weight_ih, const Tensor& weight_hh,
         const py::handle& bias_ih, const py::handle& bias_hh, const py::handle& weight_hr,
         bool reverse, bool batch_first) {
        const auto out =
            run_recurrent("lstm", Cell::lstm, input, batch_sizes, h0, c0, weight_ih, weight_hh,
                          bias_ih, bias_hh, weight_hr, reverse, batch_first);
        return py::make_tuple(out.y, out.h_n, out.c_n);
      },
      py::arg("input"), py::arg("batch_sizes"), py::arg("h0"), py::arg("c0"), py::arg("weight_ih"),
      py::arg("weight_hh"), py::arg("bias_ih") = py::none(), py::arg("bias_hh") = py::none(),
      py::arg("weight_hr") = py::none(), py::arg("reverse") = false,
      py::arg("batch_first") = false);
  m.def(
      "gru",
      [](const Tensor& input, const py::handle& batch_sizes, const py::handle& h0,
         const Tensor& weight_ih, const Tensor& weight_hh, const py::handle& bias_ih,
         const py::handle& bias_hh, bool reverse, bool batch_first) {
        const auto out =
            run_recurrent("gru", Cell::gru, input, batch_sizes, h0, py::none(), weight_ih,
                          weight_hh, bias_ih, bias_hh, py::none(), reverse, batch_first);
        return py::make_tuple(out.y, out.h_n);
      },
      py::arg("input"), py::arg("batch_sizes"), py::arg("h0"), py::arg("weight_ih"),
      py::arg("weight_hh"), py::arg("bias_ih") = py::none(), py::arg("bias_hh") = py::none(),
      py::arg("reverse") = false, py::arg("batch_first") = false);
  m.def(
      "rnn",
      [](const Tensor& input, const py::handle& batch_sizes, const py::handle& h0,
         const Tensor& weight_ih, const Tensor& weight_hh, const py::handle& bias_ih,
         const py::handle& bias_hh, const std::string& nonlinearity, bool reverse,
         bool batch_first) {
        const auto out =
            run_recurrent("rnn", rnn_of(nonlinearity), input, batch_sizes, h0, py::none(),
                          weight_ih, weight_hh, bias_ih, bias_hh, py::none(), reverse, batch_first);
        return py::make_tuple(out.y, out.h_n);
      },
      py::arg("input"), py::arg("batch_sizes"), py::arg("h0"), py::arg("weight_ih"),
      py::arg("weight_hh"), py::arg("bias_ih") = py::none(), py::arg("bias_hh") = py::none(),
      py::arg("nonlinearity") = "tanh", py::arg("reverse") = false, py::arg("batch_first") = false);
}

}  // namespace deepcore
