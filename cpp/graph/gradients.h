// What a node's backward is given: the gradients of its outputs, and where those of its inputs go.
#pragma once

#include "graph/node.h"

namespace deepcore {

// Where the gradient of one input goes. Asked for on first use, so that an input whose gradient is
// an output's can take that buffer over instead of copying it.
struct Sink {
  bool wanted = false;
  bool ready = false;  // data and accumulate hold
  bool accumulate = false;
  std::byte* data = nullptr;
};

class Walk;

class Gradients {
 public:
  // The gradient of output i, or nullptr when none arrived.
  template <class T>
  const T* of_output(int i = 0) const noexcept {
    return reinterpret_cast<const T*>(outputs_[i]);
  }

  bool wanted(int i) const noexcept { return sinks_[i].wanted; }
  // Where the gradient of input i goes, or nullptr when nobody wants it; to be added to when
  // accumulate(i), else written.
  template <class T>
  T* of_input(int i) {
    return reinterpret_cast<T*>(sink(i).data);
  }
  bool accumulate(int i) { return sink(i).accumulate; }

  // Whether the gradient of input i may be given as rows: it is for a leaf's `.grad` alone, and no
  // dense one is there.
  bool takes_rows(int i) const;
  void give_rows(int i, const Ref<SparseRows>& rows);

  // The gradient of input i is that of output o, element by element.
  void pass(int i, int o = 0);

 private:
  friend class Walk;
  friend class Tape;
  Gradients(Node* node, Walk* walk) : node_(node), walk_(walk), sinks_(node->inputs()) {}
  const Sink& sink(int i);

  Node* node_ = nullptr;
  Walk* walk_ = nullptr;  // none when replayed: then every sink that was used is ready
  std::byte* outputs_[Node::max_outputs] = {};
  SmallArray<Sink, 3> sinks_;
};

}  // namespace deepcore
