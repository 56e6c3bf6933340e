// What module.cpp calls: one function a family, each in a file of its own.
#pragma once

#include "bindings/common.h"

namespace deepcore {

void register_dtype(py::module_& m);
void register_config(py::module_& m);
void register_tensor(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_graph(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_create(py::module_& m);
void register_view(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_measure(py::module_& m);
void register_conv(py::module_& m);
void register_linear(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_norm(py::module_& m);
void register_elementwise(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_index(py::class_<TensorImpl, Tensor>& tensor);
void register_embedding(py::module_& m);
void register_ctc(py::module_& m);
void register_in_place(py::class_<TensorImpl, Tensor>& tensor);
void register_activation(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_optim(py::module_& m);
void register_pack(py::module_& m);
void register_pad(py::module_& m);
void register_clip(py::module_& m);
void register_random(py::module_& m);
void register_sparse_rows(py::module_& m);
void register_loss(py::module_& m);
void register_recurrent(py::module_& m);
void register_reduce(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_copy(py::module_& m, py::class_<TensorImpl, Tensor>& tensor);
void register_resample(py::module_& m);
void register_pool(py::module_& m);
void register_unfold(py::module_& m);
void register_describe(py::module_& m);

}  // namespace deepcore
