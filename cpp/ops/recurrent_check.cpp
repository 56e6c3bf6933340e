#include "ops/recurrent_check.h"

#include "base/error.h"

namespace deepcore {
namespace {

void check_shape(const char* op, const char* name, const Tensor& x, const Shape& shape,
                 const char* meaning, Dtype dtype) {
  if (!x) return;
  if (!(x->shape() == shape)) {
    throw ValueError(op, name, " must have shape ", meaning, "=", shape, ", got ", x->shape(), ".");
  }
  if (x->dtype() != dtype) {
    throw TypeError(op, name, " must have input's dtype ", dtype, ", got ", x->dtype(), ".");
  }
}

void check_matrix(const char* op, const char* name, const Tensor& x, const char* meaning) {
  if (x->rank() == 2) return;
  throw ValueError(op, name, " must have shape ", meaning, ", got ", x->shape(), ".");
}

void read_dense(const char* op, const RecurrentInputs& in, RecurrentSizes& sizes) {
  const Shape& shape = in.input->shape();
  if (shape.rank() != 3) {
    throw ValueError(op, "input must have shape ",
                     in.batch_first ? "(batch, steps, input_size)" : "(steps, batch, input_size)",
                     ", or (rows, input_size) with batch_sizes, got ", shape, ".");
  }
  sizes.batch = shape[in.batch_first ? 0 : 1];
  // Of nobody, they may be countless.
  const auto steps = sizes.batch > 0 ? shape[in.batch_first ? 1 : 0] : 0;
  sizes.offsets.reserve(steps + 1);
  for (std::int64_t t = 0; t <= steps; ++t) sizes.offsets.push_back(t * sizes.batch);
}

void read_packed(const char* op, const RecurrentInputs& in, RecurrentSizes& sizes) {
  const Tensor& input = in.input;
  const Tensor& given = in.batch_sizes;
  if (given->dtype() != Dtype::int64 || given->rank() != 1) {
    throw TypeError(op, "batch_sizes must be an int64 tensor of one axis, got shape ",
                    given->shape(), " and dtype ", given->dtype(), ".");
  }
  if (in.batch_first) {
    throw ValueError(op,
                     "batch_first is not for packed input, whose rows are those of step 0 first.");
  }
  if (input->rank() != 2) {
    throw ValueError(op, "packed input must have shape (rows, input_size), got ", input->shape(),
                     ".");
  }
  const auto* counts = given->data<std::int64_t>();
  const auto steps = given->size(0);
  if (in.h0 && in.h0->rank() > 0) {
    sizes.batch = in.h0->size(0);
  } else {
    sizes.batch = steps > 0 ? counts[0] : 0;
  }
  sizes.offsets.push_back(0);
  std::int64_t before = sizes.batch;
  for (std::int64_t t = 0; t < steps; before = counts[t++]) {
    if (counts[t] < 0 || counts[t] > before) {
      throw ValueError(op, "batch_sizes must not grow from step to step, nor beyond the batch of ",
                       sizes.batch, ", got ", counts[t], " after ", before, " at step ", t, ".");
    }
    sizes.offsets.push_back(sizes.offsets.back() + counts[t]);
  }
  if (sizes.offsets.back() != input->size(0)) {
    throw ValueError(op, "batch_sizes must add up to input's rows, ", input->size(0), ", got ",
                     sizes.offsets.back(), ".");
  }
}

}  // namespace

RecurrentSizes check_recurrent(const char* op, Cell cell, const RecurrentInputs& in) {
  RecurrentSizes sizes;
  check_matrix(op, "weight_ih", in.weight_ih, "(gates * hidden_size, input_size)");
  check_matrix(op, "weight_hh", in.weight_hh, "(gates * hidden_size, width of h)");
  if (in.weight_hr) check_matrix(op, "weight_hr", in.weight_hr, "(proj_size, hidden_size)");
  const auto gates = gates_of(cell), rows = in.weight_ih->size(0);
  if (rows % gates != 0) {
    throw ValueError(op, "weight_ih's first axis must be ", gates, " * hidden_size, got shape ",
                     in.weight_ih->shape(), ".");
  }
  sizes.input = in.weight_ih->size(1);
  sizes.hidden = rows / gates;
  sizes.width = in.weight_hr ? in.weight_hr->size(0) : sizes.hidden;
  if (in.batch_sizes) {
    read_packed(op, in, sizes);
  } else {
    read_dense(op, in, sizes);
  }
  if (in.input->shape().back() != sizes.input) {
    throw ValueError(op, "input's last axis must be input_size=", sizes.input, ", got shape ",
                     in.input->shape(), ".");
  }
  const Dtype dtype = in.input->dtype();
  if (dtype != in.weight_ih->dtype()) {
    throw TypeError(op, "input must have the weights' dtype ", in.weight_ih->dtype(), ", got ",
                    dtype, "; convert it with .to(weight.dtype).");
  }
  const auto check = [&](const char* name, const Tensor& x, const Shape& shape,
                         const char* meaning) { check_shape(op, name, x, shape, meaning, dtype); };
  check("weight_ih", in.weight_ih, {rows, sizes.input}, "(gates * hidden_size, input_size)");
  check("weight_hh", in.weight_hh, {rows, sizes.width}, "(gates * hidden_size, width of h)");
  check("bias_ih", in.bias_ih, {rows}, "(gates * hidden_size,)");
  check("bias_hh", in.bias_hh, {rows}, "(gates * hidden_size,)");
  check("weight_hr", in.weight_hr, {sizes.width, sizes.hidden}, "(proj_size, hidden_size)");
  check("h0", in.h0, {sizes.batch, sizes.width}, "(batch, width of h)");
  check("c0", in.c0, {sizes.batch, sizes.hidden}, "(batch, hidden_size)");
  return sizes;
}

}  // namespace deepcore
