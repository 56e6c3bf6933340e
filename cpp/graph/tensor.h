// A tensor: a contiguous, row-major view of a storage, and its place in the graph.
#pragma once

#include <memory>
#include <vector>

#include "base/dtype.h"
#include "base/ref.h"
#include "base/shape.h"
#include "base/storage.h"

namespace deepcore {

class Node;
class SparseRows;
class TensorImpl;
using Tensor = Ref<TensorImpl>;

// What a user hangs on a gradient: called with it, returns another of the same shape or none.
class GradientHook : public RefCounted {
 public:
  virtual Tensor call(const Tensor& gradient) = 0;
};

// A tensor's place in the graph: what made it, and where its gradient goes. It holds no value, so
// that a value goes as soon as nobody needs it, while the graph stays.
class Variable : public RefCounted {
 public:
  Variable(Shape shape, Dtype dtype);
  Variable(Shape shape, Dtype dtype, Ref<Node> node, int slot);
  ~Variable() override;

  bool is_leaf() const noexcept { return !node; }

  const Shape shape;
  const Dtype dtype;
  const Ref<Node> node;  // none for a leaf
  const int slot = 0;    // which of the node's outputs this is

  Tensor grad;                  // what the user sees: leaves, and where retain_grad was called
  Ref<SparseRows> grad_rows;    // in place of grad, where that is mostly zero
  Ref<Storage> incoming;        // the gradient while a backward walk is under way
  bool incoming_owned = false;  // nobody but the walk has seen it: another may take it over
  bool retains_grad = false;
  std::vector<Ref<GradientHook>> hooks;
};

class TensorImpl : public RefCounted {
 public:
  TensorImpl(Ref<Storage> storage, std::byte* data, const Shape& shape, Dtype dtype)
      : shape_(shape), dtype_(dtype), storage_(std::move(storage)), data_(data) {}

  const Shape& shape() const noexcept { return shape_; }
  int rank() const noexcept { return shape_.rank(); }
  std::int64_t size(int axis) const noexcept { return shape_[axis]; }
  std::int64_t numel() const noexcept { return shape_.numel(); }
  std::int64_t bytes() const noexcept { return numel() * size_of(dtype_); }
  Dtype dtype() const noexcept { return dtype_; }
  const Ref<Storage>& storage() const noexcept { return storage_; }

  template <class T = std::byte>
  T* data() const noexcept {
    return reinterpret_cast<T*>(data_);
  }

  bool requires_grad() const noexcept { return static_cast<bool>(variable_); }
  const Ref<Variable>& variable() const noexcept { return variable_; }
  void set_variable(Ref<Variable> variable) noexcept { variable_ = std::move(variable); }

  // Where .grad and the hooks are, also of a leaf that no longer requires a gradient: when it does
  // again, it goes on with these.
  const Ref<Variable>& grad_variable() const noexcept { return variable_ ? variable_ : frozen_; }
  void set_requires_grad(bool requires_grad);

  // Takes over another tensor's value, as `.data = other` and in-place dtype changes do.
  void set_value(const TensorImpl& other);

 private:
  Shape shape_;
  Dtype dtype_;
  Ref<Storage> storage_;
  std::byte* data_;
  Ref<Variable> variable_, frozen_;
};

// A new tensor of uninitialized elements; `op` is named in the error when it cannot be had.
Tensor empty(const char* op, const Shape& shape, Dtype dtype);

// A tensor that shares x's storage, `offset` elements into x, outside the graph.
Tensor share(const Tensor& x, const Shape& shape, std::int64_t offset = 0);

// Throws unless x may be written in place now: it records no gradient, or grad mode is off.
void check_writable(const char* op, const Tensor& x);

// Whether ops on this thread record a graph, and while one of these lives, whether they do.
bool grad_enabled() noexcept;
bool set_grad_enabled(bool enabled) noexcept;

class NoGrad {
 public:
  NoGrad() noexcept : before_(set_grad_enabled(false)) {}
  ~NoGrad() { set_grad_enabled(before_); }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

}  // namespace deepcore
