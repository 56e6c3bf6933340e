// The node under all element-wise ops: a map of up to three operands, tensors or numbers.
#pragma once

#include "graph/node.h"
#include "kernels/kernels.h"
#include "ops/broadcast.h"
#include "ops/operand.h"

namespace deepcore {

// Leaves the gradients to those that derive from it: by itself it is a node without a derivative.
class MapNode : public Node {
 public:
  // Operands are Tensors and Operands; numbers are read as number_dtype.
  template <class... Operands>
  MapNode(const char* name, Map map, Differentiable differentiable, const Tensor& y,
          Dtype number_dtype, const Operands&... operands)
      : Node({&tensor_of(operands)...}, differentiable),
        name_(name),
        map_(map),
        dtype_(y->dtype()),
        shape_(y->shape()),
        y_(y->data()) {
    (add(operands, number_dtype), ...);
  }
  template <class... Operands>
  MapNode(const char* name, Map map, const Tensor& y, Dtype number_dtype,
          const Operands&... operands)
      : MapNode(name, map, Differentiable::no, y, number_dtype, operands...) {}

  const char* name() const noexcept override { return name_; }
  void forward() override { run_map(map_, shape_, y_, dtype_, inputs_, count_, false); }

 protected:
  const Shape& shape() const noexcept { return shape_; }
  Dtype dtype() const noexcept { return dtype_; }
  // Operands and output as inputs of another map; those that backward reads are saved.
  const MapInput& input(int i) const noexcept { return inputs_[i]; }
  MapInput output() const noexcept { return {y_, shape_, dtype_}; }
  MapInput incoming(const Gradients& gradients) const noexcept {
    return {gradients.of_output<std::byte>(), shape_, dtype_};
  }

 private:
  static const Tensor& tensor_of(const Tensor& x) noexcept { return x; }
  static const Tensor& tensor_of(const Operand& x) noexcept { return x.tensor; }
  void add(const Tensor& x, Dtype) noexcept {
    inputs_[count_++] = {x->data(), x->shape(), x->dtype()};
  }
  void add(const Operand& x, Dtype number_dtype) {
    if (x.tensor) return add(x.tensor, number_dtype);
    x.number.write(name_, number_dtype, numbers_[count_]);
    inputs_[count_] = {numbers_[count_], {}, number_dtype};
    ++count_;
  }

  static constexpr int max_inputs = 3;
  const char* name_;
  Map map_;
  Dtype dtype_;
  int count_ = 0;
  Shape shape_;
  std::byte* y_;
  MapInput inputs_[max_inputs];
  alignas(8) std::byte numbers_[max_inputs][8];
};

}  // namespace deepcore
