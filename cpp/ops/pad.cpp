#include "ops/pad.h"

#include <cmath>
#include <numeric>

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/stored.h"
#include "ops/view.h"

namespace deepcore {
namespace {

struct Ends {
  std::int64_t size, before, after;

  std::int64_t padded() const { return size + before + after; }
  // What cropping leaves.
  std::int64_t kept() const {
    return size + std::min<std::int64_t>(before, 0) + std::min<std::int64_t>(after, 0);
  }
  bool none() const { return before == 0 && after == 0; }
};

// The place in x that place o of y takes from, -1 for the constant.
std::int64_t source(const Ends& axis, PadMode mode, std::int64_t o) {
  const auto i = o - axis.before, last = axis.size - 1;
  switch (mode) {
    case PadMode::constant:
      return i < 0 || i > last ? -1 : i;
    case PadMode::reflect:
      return i < 0 ? -i : i > last ? 2 * last - i : i;
    case PadMode::replicate:
      return std::clamp<std::int64_t>(i, 0, last);
    default: {
      // Cropping comes first: what is left goes round.
      const auto start = std::max<std::int64_t>(-axis.before, 0), n = axis.kept();
      return start + ((i - start) % n + n) % n;
    }
  }
}

// The axes that matter, those that are not padded joined, with tables of what goes where.
class Plan {
 public:
  Plan(const std::vector<Ends>& axes, PadMode mode) {
    for (const auto& axis : axes) {
      const bool joins = rank_ > 0 && axis.none() && !axis_[rank_ - 1].source;
      if (joins) {
        axis_[rank_ - 1].size *= axis.size;
        axis_[rank_ - 1].padded *= axis.size;
      } else if (!axis.none() || axis.size != 1) {
        add(axis, mode);
      }
    }
    rank_ = std::max(rank_, 1);
  }
  template <class T>
  PadArgs<T> args(double value) const {
    PadArgs<T> args;
    args.rank = rank_;
    args.value = static_cast<T>(value);
    std::copy_n(axis_, rank_, args.axis);
    return args;
  }

 private:
  void add(const Ends& axis, PadMode mode) {
    PadAxis& to = axis_[rank_++] = {axis.size, axis.padded(), axis.before};
    if (axis.none()) return;
    auto& source_of = tables_[2 * rank_ - 2];
    auto& places = tables_[2 * rank_ - 1];
    places.assign(axis.size + 1, 0);
    for (std::int64_t o = 0; o < to.padded; ++o) {
      source_of.push_back(source(axis, mode, o));
      if (source_of.back() >= 0) ++places[source_of.back() + 1];
    }
    places[0] = axis.size + 1;
    std::partial_sum(places.begin(), places.end(), places.begin());
    places.resize(places.back());
    std::vector<std::int64_t> next(places.begin(), places.begin() + axis.size);
    for (std::int64_t o = 0; o < to.padded; ++o) {
      if (source_of[o] >= 0) places[next[source_of[o]]++] = o;
    }
    to.source = source_of.data();
    to.places = places.data();
  }

  int rank_ = 0;
  PadAxis axis_[Shape::max_rank];
  std::vector<std::int64_t> tables_[2 * Shape::max_rank];
};

// y[o] = x[source(o)], or the constant      dx[i] = Σ dy[o] over the o with source(o) = i
template <class T>
class PadNode final : public Node {
 public:
  PadNode(const Tensor& x, const std::vector<Ends>& axes, PadMode mode, double value,
          const Tensor& y)
      : Node({&x}),
        plan_(y->numel() ? axes : std::vector<Ends>(), mode),
        args_(plan_.args<T>(value)),
        sizes_{x->numel(), y->numel()},
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return "pad"; }

  void forward() override {
    if (sizes_[1]) kernels().of<T>().pad.forward(args_, x_, y_);
  }
  void backward(Gradients& gradients) override {
    T* dx = gradients.of_input<T>(0);
    if (!dx) return;
    if (sizes_[1]) {
      kernels().of<T>().pad.backward(args_, gradients.of_output<T>(), dx, gradients.accumulate(0));
    } else if (!gradients.accumulate(0)) {
      std::fill_n(dx, sizes_[0], T{0});
    }
  }

 private:
  Plan plan_;
  PadArgs<T> args_;
  std::int64_t sizes_[2];
  const T* x_;
  T* y_;
};

void check_ends(const Ends& axis, PadMode mode, int k, const Tensor& x) {
  const auto widest = std::max(axis.before, axis.after);
  if (mode == PadMode::reflect && widest >= axis.size) {
    throw ValueError("pad", "reflect needs pads smaller than the axis, got ", widest, " for axis ",
                     k, " of shape ", x->shape(), ".");
  }
  if (mode == PadMode::circular && widest > axis.kept()) {
    throw ValueError("pad", "circular needs pads of at most the axis, got ", widest, " for axis ",
                     k, " of shape ", x->shape(), "; x would go round more than once.");
  }
  if (mode == PadMode::replicate && axis.size == 0 && axis.padded() > 0) {
    throw ValueError("pad", "replicate needs elements to repeat, got shape ", x->shape(), ".");
  }
  if (axis.padded() < 0) {
    throw ValueError("pad", "pads must leave a size of at least 0, got ", axis.before, " and ",
                     axis.after, " for axis ", k, " of shape ", x->shape(), ".");
  }
}

std::vector<Ends> to_ends(const Tensor& x, const std::vector<std::int64_t>& pads, PadMode mode) {
  const auto count = static_cast<int>(pads.size());
  if (count % 2 || count > 2 * x->rank()) {
    throw ValueError("pad", "pad must hold two numbers an axis, last axis first, at most ",
                     2 * x->rank(), " for shape ", x->shape(), ", got ", count, ".");
  }
  std::vector<Ends> axes;
  for (int k = 0; k < x->rank(); ++k) {
    const int at = 2 * (x->rank() - 1 - k);
    axes.push_back({x->size(k), at < count ? pads[at] : 0, at < count ? pads[at + 1] : 0});
    // Sums of what is far beyond any memory would overflow.
    constexpr auto most = std::int64_t{1} << 48;
    for (const auto n : {axes[k].before, axes[k].after}) {
      if (n > most || n < -most) throw ValueError("pad", "pads must be below 2**48, got ", n, ".");
    }
    if (!axes[k].none()) check_ends(axes[k], mode, k, x);
  }
  return axes;
}

}  // namespace

void check_constant(const char* op, const char* name, Dtype dtype, double value) {
  if (is_floating(dtype)) return;
  const double least = dtype == Dtype::int64 ? -0x1p63 : 0;
  const double beyond = dtype == Dtype::int64 ? 0x1p63 : dtype == Dtype::uint8 ? 256 : 2;
  if (!(value >= least && value < beyond) || value != std::trunc(value)) {
    throw ValueError(op, name, " must be one that ", dtype, " holds, got ", value, ".");
  }
}

PadMode to_pad_mode(const std::string& name) {
  if (name == "constant") return PadMode::constant;
  if (name == "reflect") return PadMode::reflect;
  if (name == "replicate") return PadMode::replicate;
  if (name == "circular") return PadMode::circular;
  throw ValueError("pad", "mode must be 'constant', 'reflect', 'replicate' or 'circular', got '",
                   name, "'.");
}

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& pads, PadMode mode, double value) {
  const auto axes = to_ends(x, pads, mode);
  check_constant("pad", "value", x->dtype(), value);
  if (std::all_of(axes.begin(), axes.end(), [](const Ends& axis) { return axis.none(); })) {
    return clone(x);
  }
  Shape shape;
  for (const auto& axis : axes) shape.push_back(axis.padded());
  Tensor y = empty("pad", shape, x->dtype());
  return visit_stored(x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<PadNode<T>>(x, axes, mode, value, y), y);
  });
}

}  // namespace deepcore
