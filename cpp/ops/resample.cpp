#include "ops/resample.h"

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/taps.h"

namespace deepcore {
namespace {

// Planes (rows, columns) from x to y; all threads share it.
template <class T>
void resample(std::int64_t planes, const Taps<T>& rows, const Taps<T>& columns, const T* x, T* y,
              bool accumulate) {
  ResampleArgs<T> args{planes, rows, columns, x, y, accumulate};
  const auto elements =
      planes * (rows.in + rows.out) * std::max(columns.in, columns.out) * std::int64_t{sizeof(T)};
  args.pieces = std::clamp<std::int64_t>(elements / grain_bytes, 1, num_threads());
  const auto& kernel = kernels().of<T>().resample;
  const Scratch scratch(args.pieces * kernel.scratch(args));
  args.scratch = scratch.data();
  kernel.run(args);
}

// y = W x along every axis, where W holds the taps      dx = Wᵀ dy
// Two axes are a plane's rows and columns; a third in front of them is a pass of its own.
template <class T>
class Interpolate final : public Node {
 public:
  Interpolate(const Tensor& x, Interpolation interpolation, const std::vector<ResampledAxis>& axes,
              const Tensor& y)
      : Node({&x}),
        planes_(x->shape().numel(0, 2)),
        axes_(axes),
        x_(x->data<T>()),
        y_(y->data<T>()) {
    const bool copies =
        interpolation == Interpolation::nearest || interpolation == Interpolation::nearest_exact;
    for (const auto& axis : y->numel() ? axes : std::vector<ResampledAxis>()) {
      const TapList list = make_taps(interpolation, axis);
      forth_.emplace_back(list, copies);
      if (needs(0)) back_.emplace_back(transposed(list));
    }
  }
  const char* name() const noexcept override { return "interpolate"; }

  void forward() override {
    if (forth_.empty()) return;  // no elements
    const TapTable<T> same;
    if (axes_.size() == 1) return resample(1, same.taps(planes_), forth(0), x_, y_, false);
    if (axes_.size() == 2) return resample(planes_, forth(0), forth(1), x_, y_, false);
    const auto inner = axes_[1].in * axes_[2].in;
    const Scratch between(planes_ * axes_[0].out * inner * static_cast<std::int64_t>(sizeof(T)));
    T* deep = between.data<T>();
    resample(planes_, forth(0), same.taps(inner), x_, deep, false);
    resample<T>(planes_ * axes_[0].out, forth(1), forth(2), deep, y_, false);
  }

  void backward(Gradients& gradients) override {
    T* dx = gradients.of_input<T>(0);
    if (!dx || forth_.empty()) return;
    const T* dy = gradients.of_output<T>();
    const bool add = gradients.accumulate(0);
    const TapTable<T> same;
    if (axes_.size() == 1) return resample(1, same.taps(planes_), back(0), dy, dx, add);
    if (axes_.size() == 2) return resample(planes_, back(0), back(1), dy, dx, add);
    const auto inner = axes_[1].in * axes_[2].in;
    const Scratch between(planes_ * axes_[0].out * inner * static_cast<std::int64_t>(sizeof(T)));
    T* deep = between.data<T>();
    resample(planes_ * axes_[0].out, back(1), back(2), dy, deep, false);
    resample<T>(planes_, back(0), same.taps(inner), deep, dx, add);
  }

 private:
  Taps<T> forth(int axis) const { return forth_[axis].taps(0); }
  Taps<T> back(int axis) const { return back_[axis].taps(0); }

  std::int64_t planes_;
  std::vector<ResampledAxis> axes_;
  std::vector<TapTable<T>> forth_, back_;
  const T* x_;
  T* y_;
};

struct Mode {
  const char* name;
  Interpolation interpolation;
  int axes;  // 0: any number
};

constexpr Mode modes[] = {
    {"nearest", Interpolation::nearest, 0},  {"nearest-exact", Interpolation::nearest_exact, 0},
    {"linear", Interpolation::linear, 1},    {"bilinear", Interpolation::linear, 2},
    {"trilinear", Interpolation::linear, 3}, {"bicubic", Interpolation::cubic, 2},
    {"area", Interpolation::area, 0},
};

const Mode& to_mode(const Tensor& x, const std::string& name) {
  if (x->rank() < 3 || x->rank() > 5) {
    throw ValueError("interpolate",
                     "input must have shape (N, C, ...) with one to three axes to "
                     "resample, got ",
                     x->shape(), ".");
  }
  for (const auto& mode : modes) {
    if (mode.name != name) continue;
    if (mode.axes && mode.axes != x->rank() - 2) {
      throw ValueError("interpolate", "mode='", name, "' needs an input of ", mode.axes + 2,
                       " axes, got shape ", x->shape(), ".");
    }
    return mode;
  }
  throw ValueError("interpolate",
                   "mode must be 'nearest', 'nearest-exact', 'linear', 'bilinear', 'trilinear', "
                   "'bicubic' or 'area', got '",
                   name, "'.");
}

}  // namespace

Tensor interpolate(const Tensor& x, const Shape& size, const ResampleOptions& options) {
  const Mode& mode = to_mode(x, options.mode);
  if (size.rank() != x->rank() - 2) {
    throw ValueError("interpolate", "size must have one number for each axis of shape ", x->shape(),
                     " behind (N, C), got ", size.rank(), ".");
  }
  Shape shape{x->size(0), x->size(1)};
  std::vector<ResampledAxis> axes;
  for (int k = 0; k < size.rank(); ++k) {
    const double scale = options.scales.empty() ? 0 : options.scales[k];
    axes.push_back({x->size(k + 2), size[k], scale, options.align_corners, options.antialias});
    shape.push_back(size[k]);
    if (x->size(k + 2) < 1 || size[k] < 1) {
      throw ValueError("interpolate", "sizes must be at least 1, got ", x->size(k + 2), " and ",
                       size[k], " for axis ", k + 2, " of shape ", x->shape(), ".");
    }
  }
  Tensor y = empty("interpolate", shape, x->dtype());
  return visit_floating("interpolate", x->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Interpolate<T>>(x, mode.interpolation, axes, y), y);
  });
}

}  // namespace deepcore
