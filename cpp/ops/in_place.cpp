// The in-place forms of the element-wise ops: nodes without a derivative that write their first
// input.
#include <string>

#include "ops/elementwise.h"
#include "ops/map_node.h"
#include "ops/view.h"

namespace deepcore {
namespace {

void check_value(const char* name, const Tensor& x, const Operand& b) {
  check_writable(name, x);
  if (b.tensor && b.tensor->requires_grad() && grad_enabled()) {
    throw RuntimeError(name,
                       "a write in place records no gradient, and the value written has one; use "
                       "the op that makes a new tensor, or detach() the value.");
  }
  if (b.tensor && !(broadcast_shapes(name, x->shape(), b.shape()) == x->shape())) {
    throw ValueError(name, "the value must broadcast to the tensor's shape ", x->shape(), ", got ",
                     b.shape(), ".");
  }
}

void check_dtype(const char* name, const Tensor& x, Dtype result) {
  if (is_floating(result) && !is_floating(x->dtype())) {
    throw TypeError(name, "a ", result, " result cannot be kept in a ", x->dtype(),
                    " tensor; convert the tensor with .float() first.");
  }
  if (x->dtype() == Dtype::boolean && result != Dtype::boolean) {
    throw TypeError(name, "a ", result, " result cannot be kept in a bool tensor.");
  }
}

// The operand as a dtype, and apart from x where it lies in x's storage at another place: elements
// would be read after they are written.
Operand readable(const Tensor& x, const Operand& b, Dtype dtype) {
  if (!b.tensor) return b;
  const Tensor value = cast(b.tensor, dtype);
  const bool apart =
      value->data() + value->bytes() <= x->data() || x->data() + x->bytes() <= value->data();
  const bool same_place = value->data() == x->data() && value->shape() == x->shape() &&
                          size_of(value->dtype()) == size_of(x->dtype());
  return apart || same_place ? value : clone(value);
}

// A map whose output is a tensor's own memory: each run, at a replay too, counts as a write.
class InPlaceNode final : public MapNode {
 public:
  template <class... Operands>
  InPlaceNode(const char* name, Map map, const Tensor& x, const Operands&... operands)
      : MapNode(name, map, x, x->dtype(), operands...), storage_(x->storage()) {}
  void forward() override {
    MapNode::forward();
    storage_->written();
  }

 private:
  Ref<Storage> storage_;
};

}  // namespace

void binary_in_place(Binary op, const Tensor& x, const Operand& b) {
  const std::string name = std::string(name_of(op)) + "_";
  check_value(name.c_str(), x, b);
  const Dtype result =
      op == Binary::div && !is_floating(promoted(x, b)) ? Dtype::float32 : promoted(x, b);
  check_dtype(name.c_str(), x, result);
  const Map map = kernels().elementwise.binary(op, x->dtype());
  if (!map) throw TypeError(name.c_str(), "this op is not defined for ", x->dtype(), " tensors.");
  const Operand value = readable(x, b, x->dtype());
  run(make_ref<InPlaceNode>(name_of(op), map, x, x, value));
}

void copy_in_place(const char* name, const Tensor& x, const Operand& b) {
  check_value(name, x, b);
  const Operand value = readable(x, b, b.tensor ? b.tensor->dtype() : x->dtype());
  const Map map =
      kernels().elementwise.cast(value.tensor ? value.tensor->dtype() : x->dtype(), x->dtype());
  run(make_ref<InPlaceNode>(name, map, x, value));
}

void clamp_in_place(const Tensor& x, const std::optional<Number>& low,
                    const std::optional<Number>& high) {
  check_writable("clamp_", x);
  for (const auto& bound : {low, high}) {
    if (bound && bound->kind == Number::Kind::floating) check_dtype("clamp_", x, Dtype::float64);
  }
  const auto [from, to] = clamp_bounds(x, low, high);
  const Map map = kernels().elementwise.clamp(x->dtype());
  run(make_ref<InPlaceNode>("clamp_", map, x, x, from, to));
}

}  // namespace deepcore
