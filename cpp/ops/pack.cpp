#include "ops/pack.h"

#include <algorithm>
#include <numeric>

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/pad.h"
#include "ops/stored.h"

namespace deepcore {
namespace {

// Where every row of the batch lies among the packed ones.
class Plan {
 public:
  Plan(const char* op, const Sequences& sequences, std::int64_t steps)
      : lengths_(sequences.lengths), steps_(steps), batch_first_(sequences.batch_first) {
    check_lengths(op);
    rank(op, sequences.order);
    offsets_.assign(lengths_.empty() ? 1 : *std::ranges::max_element(lengths_) + 1, 0);
    for (const auto length : lengths_) {
      for (std::int64_t t = 0; t < length; ++t) ++offsets_[t + 1];
    }
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  }

  std::int64_t rows() const { return offsets_.back(); }
  PackArgs args(std::int64_t features) const {
    const auto batch = static_cast<std::int64_t>(lengths_.size());
    return {steps_, batch, features, batch_first_, lengths_.data(), ranks_.data(), offsets_.data()};
  }

 private:
  void check_lengths(const char* op) const {
    for (const auto length : lengths_) {
      if (length >= 0 && length <= steps_) continue;
      throw ValueError(op, "lengths must be 0 to the number of steps, ", steps_, ", got ", length,
                       ".");
    }
  }
  void rank(const char* op, const std::vector<std::int64_t>& order) {
    const auto batch = static_cast<std::int64_t>(lengths_.size());
    ranks_.assign(batch, -1);
    std::int64_t place = 0, before = steps_;
    for (const auto b : order) {
      if (b < 0 || b >= batch || ranks_[b] >= 0) break;
      if (lengths_[b] > before) {
        throw ValueError(op, "the longest sequence must come first, got length ", lengths_[b],
                         " after ", before, ".");
      }
      before = lengths_[b];
      ranks_[b] = place++;
    }
    if (place != batch || std::ssize(order) != batch) {
      throw ValueError(op, "the order must hold each of the ", batch, " sequences once.");
    }
  }

  std::vector<std::int64_t> lengths_, ranks_, offsets_;
  std::int64_t steps_;
  bool batch_first_;
};

// y[row(t, b)] = x[t, b] where t < length(b)      dx = dy unpacked, 0 in the padding
template <class T>
class PackNode final : public Node {
 public:
  PackNode(const Tensor& x, const Plan& plan, std::int64_t features, const Tensor& y)
      : Node({&x}), plan_(plan), args_(plan_.args(features)), x_(x->data<T>()), y_(y->data<T>()) {}
  const char* name() const noexcept override { return "pack"; }

  void forward() override { kernels().of<T>().pack.pack(args_, x_, y_, false); }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().pack.unpack(args_, gradients.of_output<T>(), T{0}, dx,
                                    gradients.accumulate(0));
    }
  }

 private:
  const Plan plan_;
  const PackArgs args_;  // points into plan_
  const T* x_;
  T* y_;
};

// y[t, b] = x[row(t, b)] where t < length(b), else the padding      dx = dy packed
template <class T>
class UnpackNode final : public Node {
 public:
  UnpackNode(const Tensor& x, const Plan& plan, std::int64_t features, T padding, const Tensor& y)
      : Node({&x}),
        plan_(plan),
        args_(plan_.args(features)),
        padding_(padding),
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return "unpack"; }

  void forward() override { kernels().of<T>().pack.unpack(args_, x_, padding_, y_, false); }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().pack.pack(args_, gradients.of_output<T>(), dx, gradients.accumulate(0));
    }
  }

 private:
  const Plan plan_;
  const PackArgs args_;  // points into plan_
  const T padding_;
  const T* x_;
  T* y_;
};

Shape with_rest(Shape shape, const Tensor& x, int first) {
  for (int axis = first; axis < x->rank(); ++axis) shape.push_back(x->size(axis));
  return shape;
}

}  // namespace

Tensor pack(const Tensor& input, const Sequences& sequences) {
  if (input->rank() < 2) {
    throw ValueError("pack", "input must have at least two axes, ",
                     sequences.batch_first ? "(batch, steps, ...)" : "(steps, batch, ...)",
                     ", got shape ", input->shape(), ".");
  }
  const auto steps = input->size(sequences.batch_first),
             batch = input->size(!sequences.batch_first);
  if (std::ssize(sequences.lengths) != batch) {
    throw ValueError("pack", "there must be one length for each sequence of the batch, ", batch,
                     " for input of shape ", input->shape(),
                     sequences.batch_first ? " with" : " without", " batch_first, got ",
                     sequences.lengths.size(), ".");
  }
  const Plan plan("pack", sequences, steps);
  const auto features = input->shape().numel(2, input->rank());
  const Tensor y = empty("pack", with_rest({plan.rows()}, input, 2), input->dtype());
  return visit_stored(input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<PackNode<T>>(input, plan, features, y), y);
  });
}

Tensor unpack(const Tensor& data, const Sequences& sequences, std::int64_t steps,
              const Number& padding) {
  if (steps < 0) throw ValueError("unpack", "steps must not be negative, got ", steps, ".");
  check_constant("unpack", "padding_value", data->dtype(), padding.real);
  const Plan plan("unpack", sequences, steps);
  if (data->rank() < 1 || data->size(0) != plan.rows()) {
    throw ValueError("unpack", "data must have one row for each step of each sequence, ",
                     plan.rows(), ", got shape ", data->shape(), ".");
  }
  const auto batch = std::ssize(sequences.lengths);
  const auto features = data->shape().numel(1, data->rank());
  const Shape axes = sequences.batch_first ? Shape{batch, steps} : Shape{steps, batch};
  const Tensor y = empty("unpack", with_rest(axes, data, 1), data->dtype());
  return visit_stored(data->dtype(), [&]<class T>(TypeTag<T>) {
    T value;
    padding.write("unpack", data->dtype(), reinterpret_cast<std::byte*>(&value));
    return run(make_ref<UnpackNode<T>>(data, plan, features, value, y), y);
  });
}

}  // namespace deepcore
