#include "graph/tensor.h"

#include "graph/node.h"
#include "graph/sparse_rows.h"
#include "graph/tape.h"

namespace deepcore {
namespace {
thread_local bool recording = true;
}

Variable::Variable(Shape shape, Dtype dtype) : shape(shape), dtype(dtype) {}

Variable::Variable(Shape shape, Dtype dtype, Ref<Node> node, int slot)
    : shape(shape), dtype(dtype), node(std::move(node)), slot(slot) {
  this->node->outputs_[slot] = this;
}

Variable::~Variable() {
  if (node) node->outputs_[slot] = nullptr;
}

void TensorImpl::set_value(const TensorImpl& other) {
  shape_ = other.shape_;
  dtype_ = other.dtype_;
  storage_ = other.storage_;
  data_ = other.data_;
  if (frozen_ && (!(frozen_->shape == shape_) || frozen_->dtype != dtype_)) {
    auto fresh = make_ref<Variable>(shape_, dtype_);  // a gradient of the old kind is of no use
    fresh->hooks = std::move(frozen_->hooks);
    frozen_ = std::move(fresh);
  }
}

void TensorImpl::set_requires_grad(bool requires_grad) {
  if (requires_grad == this->requires_grad()) return;
  if (requires_grad) {
    variable_ = frozen_ ? std::move(frozen_) : make_ref<Variable>(shape_, dtype_);
  } else {
    frozen_ = std::move(variable_);
  }
}

Tensor empty(const char* op, const Shape& shape, Dtype dtype) {
  auto storage = Storage::allocate(checked_numel(op, shape) * size_of(dtype));
  if (Tape* tape = Tape::current()) tape->keep(storage);
  auto* data = storage->data();
  return make_ref<TensorImpl>(std::move(storage), data, shape, dtype);
}

Tensor share(const Tensor& x, const Shape& shape, std::int64_t offset) {
  return make_ref<TensorImpl>(x->storage(), x->data() + offset * size_of(x->dtype()), shape,
                              x->dtype());
}

void check_writable(const char* op, const Tensor& x) {
  if (recording && x->requires_grad()) {
    throw RuntimeError(op,
                       "a tensor that records a gradient cannot be written in place; wrap the "
                       "write in no_grad(), or use the op that makes a new tensor.");
  }
}

bool grad_enabled() noexcept {
  return recording;
}

bool set_grad_enabled(bool enabled) noexcept {
  return std::exchange(recording, enabled);
}

}  // namespace deepcore
