// A node: one application of an op, with forward() and backward() next to each other, each of which
// may run any number of times on the same buffers.
//
// A node knows its inputs as edges (the Variables their gradients go to), the values backward needs
// as Saved members, and everything else as plain pointers that are good while forward runs, or for
// as long as a tape keeps the buffers. It holds no handle to its own output.
#pragma once

#include <initializer_list>

#include "base/small_array.h"
#include "graph/tensor.h"

namespace deepcore {

class Gradients;

// A value kept for backward, with the number of writes its storage had seen.
class Saved {
 public:
  explicit Saved(Node* owner) noexcept;

  void save(const Tensor& x) {
    storage_ = x->storage();
    data_ = x->data();
    version_ = storage_->version();
  }
  template <class T>
  const T* data() const noexcept {
    return reinterpret_cast<const T*>(data_);
  }
  explicit operator bool() const noexcept { return static_cast<bool>(storage_); }

 private:
  friend class Node;
  Ref<Storage> storage_;
  const std::byte* data_ = nullptr;
  std::uint32_t version_ = 0;
  Saved* next_;
};

class Node : public RefCounted {
 public:
  static constexpr int max_outputs = 3;

  virtual const char* name() const noexcept = 0;
  virtual void forward() = 0;
  // Writes or adds to the gradients of the inputs, in the order of the inputs (x * x asks twice for
  // the same one). Ops without a derivative keep this one, and are never asked.
  virtual void backward(Gradients& gradients);

  std::uint64_t sequence() const noexcept { return sequence_; }
  int inputs() const noexcept { return static_cast<int>(edges_.size()); }
  const Ref<Variable>& edge(int i) const noexcept { return edges_[i]; }
  Variable* output(int slot) const noexcept { return outputs_[slot]; }
  int outputs() const noexcept { return output_count_; }

  // Throws if a saved value was freed by an earlier backward, or has been written since.
  void check_saved() const;
  void release_saved() noexcept;

 protected:
  enum class Differentiable { yes, no };
  explicit Node(std::initializer_list<const Tensor*> inputs,
                Differentiable differentiable = Differentiable::yes);
  Node(const std::vector<Tensor>& inputs, Differentiable differentiable);

  // Whether the gradient of input i will be asked for: what only it needs, need not be saved.
  bool needs(int i) const noexcept { return static_cast<bool>(edges_[i]); }

  void dispose() const noexcept override;

 private:
  friend class Saved;
  friend class Variable;
  friend Tensor run(const Ref<Node>& node, Tensor output);
  friend void run(const Ref<Node>& node, std::initializer_list<const Tensor*> outputs);
  void set_input(std::size_t i, const Tensor& x, bool record);
  void link(const Tensor& output, int slot);

  std::uint64_t sequence_;
  SmallArray<Ref<Variable>, 3> edges_;
  Variable* outputs_[max_outputs] = {};
  int output_count_ = 0;
  bool recorded_ = false;  // some input needs a gradient
  bool freed_ = false;
  Saved* saved_ = nullptr;
};

// Runs a node that was just made, gives its outputs a place in the graph if an input needs a
// gradient, and puts it on the tape that is being captured, if any.
Tensor run(const Ref<Node>& node, Tensor output);
std::pair<Tensor, Tensor> run(const Ref<Node>& node, Tensor first, Tensor second);
void run(const Ref<Node>& node, std::initializer_list<const Tensor*> outputs);

// Runs a node that writes in place or has effects only (an optimizer's step).
void run(const Ref<Node>& node);

}  // namespace deepcore
