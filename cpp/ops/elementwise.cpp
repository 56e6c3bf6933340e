#include "ops/elementwise.h"

#include <limits>

#include "ops/map_node.h"
#include "ops/view.h"

namespace deepcore {
namespace {

const Elementwise& table() noexcept {
  return kernels().elementwise;
}

Map found(Map map, const char* op, Dtype dtype) {
  if (!map) throw TypeError(op, "this op is not defined for ", dtype, " tensors.");
  return map;
}

class UnaryNode final : public MapNode {
 public:
  UnaryNode(Unary op, Map map, const Tensor& x, const Tensor& y)
      : MapNode(name_of(op), map, Differentiable::yes, y, x->dtype(), x), op_(op) {
    if (!needs(0)) return;
    if (saves(op) == Saves::input) saved_.save(x);
    if (saves(op) == Saves::output) saved_.save(y);
  }
  void backward(Gradients& gradients) override {
    const Map map = table().unary_gradient(op_, dtype());
    const auto run = [&](std::initializer_list<MapInput> inputs) {
      run_gradient(gradients, 0, map, shape(), shape(), dtype(), inputs);
    };
    switch (saves(op_)) {
      case Saves::nothing:
        return run({incoming(gradients)});
      case Saves::input:
        return run({incoming(gradients), input(0)});
      case Saves::output:
        return run({incoming(gradients), output()});
    }
  }

 private:
  Unary op_;
  Saved saved_{this};
};

class BinaryNode final : public MapNode {
 public:
  BinaryNode(Binary op, Map map, const Operand& a, const Operand& b, const Tensor& y)
      : MapNode(name_of(op), map, Differentiable::yes, y, y->dtype(), a, b), op_(op) {
    const Uses first = needs(0) ? uses(op, 0) : Uses{}, second = needs(1) ? uses(op, 1) : Uses{};
    if (a.tensor && (first.a || second.a)) saved_a_.save(a.tensor);
    if (b.tensor && (first.b || second.b)) saved_b_.save(b.tensor);
  }
  void backward(Gradients& gradients) override {
    for (int i = 0; i < 2; ++i) {
      if (gradients.wanted(i)) backward(gradients, i);
    }
  }

 private:
  void backward(Gradients& gradients, int i) {
    const Map map = table().binary_gradient(op_, i, dtype());
    const Shape& to = input(i).shape;
    const auto run = [&](std::initializer_list<MapInput> inputs) {
      run_gradient(gradients, i, map, shape(), to, dtype(), inputs);
    };
    const Uses used = uses(op_, i);
    const MapInput dy = incoming(gradients);
    if (!map) return pass_gradient(gradients, i, shape(), to, dtype());
    if (used.a && used.b) return run({dy, input(0), input(1)});
    if (used.a) return run({dy, input(0)});
    if (used.b) return run({dy, input(1)});
    run({dy});
  }

  Binary op_;
  Saved saved_a_{this}, saved_b_{this};
};

// y = condition ? a : b
class WhereNode final : public MapNode {
 public:
  WhereNode(const Tensor& condition, const Operand& a, const Operand& b, const Tensor& y)
      : MapNode("where", table().where(y->dtype()), Differentiable::yes, y, y->dtype(), condition,
                a, b) {
    if (needs(1) || needs(2)) saved_condition_.save(condition);
  }
  void backward(Gradients& gradients) override {
    for (int i = 0; i < 2; ++i) {
      run_gradient(gradients, i + 1, table().where_gradient(i, dtype()), shape(),
                   input(i + 1).shape, dtype(), {incoming(gradients), input(0)});
    }
  }

 private:
  Saved saved_condition_{this};
};

class ClampNode final : public MapNode {
 public:
  ClampNode(const Tensor& x, const Operand& low, const Operand& high, const Tensor& y)
      : MapNode("clamp", table().clamp(x->dtype()), Differentiable::yes, y, x->dtype(), x, low,
                high) {
    if (needs(0)) saved_x_.save(x);
  }
  void backward(Gradients& gradients) override {
    run_gradient(gradients, 0, table().clamp_gradient(dtype()), shape(), shape(), dtype(),
                 {incoming(gradients), input(0), input(1), input(2)});
  }

 private:
  Saved saved_x_{this};
};

class CastNode final : public MapNode {
 public:
  CastNode(const Tensor& x, const Tensor& y)
      : MapNode("cast", table().cast(x->dtype(), y->dtype()), Differentiable::yes, y, x->dtype(),
                x) {}
  void backward(Gradients& gradients) override {
    const Dtype to = input(0).dtype;
    run_gradient(gradients, 0, table().cast(dtype(), to), shape(), shape(), to,
                 {incoming(gradients)});
  }
};

// An operand as a dtype: itself where it has it, or is a number.
class AsDtype {
 public:
  AsDtype(const Operand& x, Dtype dtype) : given_(x) {
    if (x.tensor && x.tensor->dtype() != dtype) cast_ = Operand(cast(x.tensor, dtype));
  }
  const Operand& operator*() const noexcept { return cast_ ? *cast_ : given_; }

 private:
  const Operand& given_;
  std::optional<Operand> cast_;
};

// The dtype that an op computes in.
Dtype compute_dtype(Binary op, const Operand& a, const Operand& b) {
  const Dtype dtype = promoted(a, b);
  return op == Binary::div && !is_floating(dtype) ? Dtype::float32 : dtype;
}

// Powers that have an op of their own, which is faster and rounds once.
std::optional<Unary> short_power(const Operand& base, const Operand& exponent) {
  if (exponent.tensor || !base.tensor || !is_floating(base.tensor->dtype())) return std::nullopt;
  const double p = exponent.number.real;
  return p == 2      ? std::optional(Unary::square)
         : p == 0.5  ? std::optional(Unary::sqrt)
         : p == -0.5 ? std::optional(Unary::rsqrt)
         : p == -1   ? std::optional(Unary::reciprocal)
                     : std::nullopt;
}

void check_power(const Operand& exponent, Dtype dtype) {
  if (!is_floating(dtype) && !exponent.tensor && exponent.number.real < 0) {
    throw ValueError("pow", "a whole number to a negative power is not whole, got the power ",
                     exponent.number.whole, "; convert the base with .float().");
  }
}

// The lowest or highest value stands for an absent bound.
template <class T>
Number bound(const std::optional<Number>& given, bool low) {
  if (given) return *given;
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    return Number::of(low ? -static_cast<double>(Limits::infinity()) : Limits::infinity());
  } else {
    return Number::of(static_cast<std::int64_t>(low ? Limits::min() : Limits::max()));
  }
}

}  // namespace

const char* name_of(Unary op) {
  constexpr const char* names[] = {
      "neg",   "abs",   "sign",  "square", "sqrt",     "rsqrt",      "reciprocal", "exp",
      "expm1", "log",   "log1p", "sin",    "cos",      "erf",        "floor",      "ceil",
      "round", "trunc", "isnan", "isinf",  "isfinite", "logical_not"};
  return names[static_cast<int>(op)];
}

const char* name_of(Binary op) {
  constexpr const char* names[] = {"add",        "sub",        "mul",     "div",
                                   "pow",        "maximum",    "minimum", "bitwise_and",
                                   "bitwise_or", "bitwise_xor"};
  return names[static_cast<int>(op)];
}

const char* name_of(Comparison op) {
  constexpr const char* names[] = {"eq", "ne", "lt", "le", "gt", "ge"};
  return names[static_cast<int>(op)];
}

Tensor unary(Unary op, const Tensor& given) {
  const bool floats_only = saves(op) != Saves::nothing && op != Unary::abs && op != Unary::square;
  const Tensor x =
      floats_only && !is_floating(given->dtype()) ? cast(given, Dtype::float32) : given;
  const Map map = found(table().unary(op, x->dtype()), name_of(op), x->dtype());
  const Tensor y = empty(name_of(op), x->shape(), op >= Unary::isnan ? Dtype::boolean : x->dtype());
  return run(make_ref<UnaryNode>(op, map, x, y), y);
}

Tensor binary(Binary op, const Operand& given_a, const Operand& given_b) {
  const Dtype dtype = compute_dtype(op, given_a, given_b);
  if (op == Binary::pow) {
    if (const auto power = short_power(given_a, given_b)) return unary(*power, given_a.tensor);
    check_power(given_b, dtype);
  }
  const Map map = found(table().binary(op, dtype), name_of(op), dtype);
  const AsDtype as_a(given_a, dtype), as_b(given_b, dtype);
  const Operand &a = *as_a, &b = *as_b;
  const Tensor y = empty(name_of(op), broadcast_shapes(name_of(op), a.shape(), b.shape()), dtype);
  return run(make_ref<BinaryNode>(op, map, a, b, y), y);
}

Tensor compare(Comparison op, const Operand& given_a, const Operand& given_b) {
  const Dtype dtype = promoted(given_a, given_b);
  const AsDtype as_a(given_a, dtype), as_b(given_b, dtype);
  const Operand &a = *as_a, &b = *as_b;
  const Tensor y =
      empty(name_of(op), broadcast_shapes(name_of(op), a.shape(), b.shape()), Dtype::boolean);
  return run(make_ref<MapNode>(name_of(op), table().comparison(op, dtype), y, dtype, a, b), y);
}

Tensor logical(const char* name, Binary op, const Operand& given_a, const Operand& given_b) {
  const AsDtype as_a(given_a, Dtype::boolean), as_b(given_b, Dtype::boolean);
  const Operand &a = *as_a, &b = *as_b;
  const Tensor y = empty(name, broadcast_shapes(name, a.shape(), b.shape()), Dtype::boolean);
  const Map map = table().binary(op, Dtype::boolean);
  return run(make_ref<MapNode>(name, map, y, Dtype::boolean, a, b), y);
}

Tensor where(const Tensor& condition, const Operand& given_a, const Operand& given_b) {
  if (condition->dtype() != Dtype::boolean) {
    throw TypeError("where", "condition must be bool, got ", condition->dtype(),
                    "; compare it, or convert it with .bool().");
  }
  const Dtype dtype = promoted(given_a, given_b);
  const AsDtype as_a(given_a, dtype), as_b(given_b, dtype);
  const Operand &a = *as_a, &b = *as_b;
  const Shape shape = broadcast_shapes("where", condition->shape(),
                                       broadcast_shapes("where", a.shape(), b.shape()));
  const Tensor y = empty("where", shape, dtype);
  return run(make_ref<WhereNode>(condition, a, b, y), y);
}

std::pair<Operand, Operand> clamp_bounds(const Tensor& x, const std::optional<Number>& low,
                                         const std::optional<Number>& high) {
  if (!low && !high) throw ValueError("clamp", "min, max or both must be given, got neither.");
  return visit(x->dtype(), [&]<class T>(TypeTag<T>) {
    return std::pair<Operand, Operand>{bound<T>(low, true), bound<T>(high, false)};
  });
}

Tensor clamp(const Tensor& given, const std::optional<Number>& low,
             const std::optional<Number>& high) {
  const bool real = (low && low->kind == Number::Kind::floating) ||
                    (high && high->kind == Number::Kind::floating);
  const Tensor x = real && !is_floating(given->dtype()) ? cast(given, Dtype::float32) : given;
  const auto [from, to] = clamp_bounds(x, low, high);
  const Tensor y = empty("clamp", x->shape(), x->dtype());
  return run(make_ref<ClampNode>(x, from, to, y), y);
}

Tensor cast(const Tensor& x, Dtype dtype) {
  if (x->dtype() == dtype) return x;
  const Tensor y = empty("cast", x->shape(), dtype);
  return run(make_ref<CastNode>(x, y), y);
}

}  // namespace deepcore
