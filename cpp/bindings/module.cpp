#include "base/cpu.h"
#include "base/threads.h"
#include "bindings/arguments.h"
#include "bindings/errors.h"
#include "bindings/families.h"
#include "bindings/operators.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

void translate(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    set_python_error(error);
  }
}

void load_kernels() {
  try {
    check_threads_of_environment();
    choose_kernels(library_folder());
  } catch (const Error& error) {
    throw py::import_error(error.what());
  }
}

}  // namespace
}  // namespace deepcore

PYBIND11_MODULE(_core, m) {
  using namespace deepcore;
  load_kernels();
  py::register_exception_translator(&translate);
  register_dtype(m);
  py::class_<TensorImpl, Tensor> tensor(m, "Tensor", py::custom_type_setup(set_operators));
  register_config(m);
  register_tensor(m, tensor);
  register_graph(m, tensor);
  register_create(m);
  register_view(m, tensor);
  register_measure(m);
  register_linear(m, tensor);
  register_conv(m);
  register_norm(m);
  register_elementwise(m, tensor);
  register_index(tensor);
  register_embedding(m);
  register_sparse_rows(m);
  register_ctc(m);
  register_in_place(tensor);
  register_activation(m, tensor);
  register_optim(m);
  register_pack(m);
  register_pad(m);
  register_clip(m);
  register_loss(m);
  register_random(m);
  register_recurrent(m);
  register_reduce(m, tensor);
  register_copy(m, tensor);
  register_resample(m);
  register_pool(m);
  register_unfold(m);
  register_describe(m);
  explain_arguments(m);
}
