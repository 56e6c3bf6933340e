// The steps of a backward walk that no op makes: the root's ones, and gradients moved to where they
// are wanted.
#pragma once

#include "graph/node.h"

namespace deepcore {

// y = x, or y += x.
void add_or_copy(std::byte* y, const std::byte* x, std::int64_t n, Dtype dtype, bool accumulate);

// Fills the root's gradient with ones; a node, so that a replay does it again.
class Ones final : public Node {
 public:
  explicit Ones(const Tensor& y) : Node({}), dtype_(y->dtype()), n_(y->numel()), y_(y->data()) {}
  const char* name() const noexcept override { return "ones"; }
  void forward() override;

 private:
  Dtype dtype_;
  std::int64_t n_;
  std::byte* y_;
};

// Moves a gradient to where it is wanted when that is not where it was computed.
class Move final : public Node {
 public:
  Move(const std::byte* from, std::byte* to, std::int64_t n, Dtype dtype, bool accumulate)
      : Node({}), from_(from), to_(to), n_(n), dtype_(dtype), accumulate_(accumulate) {}
  const char* name() const noexcept override { return "move"; }
  void forward() override { add_or_copy(to_, from_, n_, dtype_, accumulate_); }

 private:
  const std::byte* from_;
  std::byte* to_;
  std::int64_t n_;
  Dtype dtype_;
  bool accumulate_;
};

}  // namespace deepcore
