// Batch, group and instance norm: sets of elements with a mean and a variance of their own.
#include "ops/norm.h"

#include "kernels/kernels.h"
#include "ops/activation.h"
#include "ops/elementwise.h"
#include "ops/norm_node.h"

namespace deepcore {
namespace {

// Running statistics as they are updated: r = (1 - momentum) r + momentum * batch, where the
// variance counts n / (n - 1) times.
template <class T>
class Running {
 public:
  explicit Running(const RunningStatistics& from) : from_(from) {}

  explicit operator bool() const noexcept { return static_cast<bool>(from_.mean); }
  const T* mean() const noexcept { return from_.mean->data<T>(); }
  const T* variance() const noexcept { return from_.variance->data<T>(); }

  // From the statistics of the sets of a shape, n elements each: means over images of instance
  // norm's. An empty batch is only counted.
  void update(const NormShape& shape, const T* mean, const T* variance) const {
    const double share = count();
    if (!from_.mean || shape.elements() == 0) return;
    const auto images = shape.groups ? shape.batch : 1, n = shape.elements() / shape.sets();
    const double correction = static_cast<double>(n) / static_cast<double>(n - 1);
    blend(from_.mean, mean, images, share, 1);
    blend(from_.variance, variance, images, share, correction);
  }

 private:
  // Counts a batch; returns its share.
  double count() const {
    if (!from_.batches) return from_.momentum.value_or(0);
    const auto batches = ++*from_.batches->data<std::int64_t>();
    from_.batches->storage()->written();
    return from_.momentum.value_or(1 / static_cast<double>(batches));
  }
  static void blend(const Tensor& running, const T* values, std::int64_t images, double share,
                    double factor) {
    const auto channels = running->numel();
    T* out = running->data<T>();
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (std::int64_t i = 0; i < images; ++i) sum += values[i * channels + c];
      const double value = factor * sum / static_cast<double>(images);
      out[c] = static_cast<T>((1 - share) * out[c] + share * value);
    }
    running->storage()->written();
  }

  RunningStatistics from_;
};

// Over each set, n elements with mean m and variance v = Σ (x - m)² / n, s = sqrt(v + eps),
// x̂ = (x - m) / s, w and b those of the element's channel:
//   y = w x̂ + b      db = Σ dy      dw = Σ dy x̂
//   dx = (w dy - Σ w dy / n - x̂ Σ w dy x̂ / n) / s, or w dy / s where m and v are the running ones
// With a residual r, y = w x̂ + b + r and dr = dy. With relu, y is max(that, 0), and dy counts where
// y > 0.
template <class T>
class NormNode final : public Node {
 public:
  NormNode(const char* name, const Tensor& x, const Tensor& w, const Tensor& b,
           const NormShape& shape, const RunningStatistics& running, bool fixed, double eps,
           bool relu, const Tensor& residual, const Tensor& y)
      : Node({&x, &w, &b, &residual}),
        name_(name),
        fixed_(fixed),
        running_(running),
        y_(y->data<T>()),
        statistics_(empty(name, {2, shape.sets()}, x->dtype())),
        args_{.shape = shape,
              .x = x->data<T>(),
              .weight = w ? w->data<T>() : nullptr,
              .bias = b ? b->data<T>() : nullptr,
              .mean = statistics_->data<T>(),
              .variance = statistics_->data<T>() + shape.sets(),
              .eps = static_cast<T>(eps),
              .residual = residual ? residual->data<T>() : nullptr,
              .relu = relu} {
    if (relu && residual && (needs_own() || needs(3))) saved_y_.save(y);
    if (!needs_own()) return;
    saved_x_.save(x);
    if (w && (needs(0) || relu)) saved_w_.save(w);
    if (b && relu) saved_b_.save(b);
  }
  const char* name() const noexcept override { return name_; }

  void forward() override {
    const auto& norm = kernels().of<T>().norm;
    const Scratch scratch(norm.scratch(args_.shape));
    if (fixed_) {
      // A copy, since backward may come after an update.
      std::copy_n(running_.mean(), args_.shape.channels, args_.mean);
      std::copy_n(running_.variance(), args_.shape.channels, args_.variance);
      norm.apply(args_, y_, scratch.data());
    } else {
      norm.forward(args_, y_, scratch.data());
      running_.update(args_.shape, args_.mean, args_.variance);
    }
  }

  void backward(Gradients& gradients) override {
    // A residual that is the input, too: its gradient is added to the other, which must be there.
    const bool apart = !needs_own() || edge(0) == edge(3);
    if (needs_own()) normalization_backward(gradients, !apart && saved_y_);
    if (!needs(3) || (!apart && saved_y_)) return;
    if (!saved_y_) return gradients.pass(3);
    T* dr = gradients.of_input<T>(3);
    if (!dr) return;
    kernels().of<T>().activation.backward(dr, gradients.of_output<T>(), saved_y_.data<T>(),
                                          args_.shape.elements(), Activation::relu, T{0},
                                          gradients.accumulate(3));
  }

 private:
  bool needs_own() const noexcept { return needs(0) || needs(1) || needs(2); }

  void normalization_backward(Gradients& gradients, bool with_residual) {
    const auto& norm = kernels().of<T>().norm;
    const auto channels = args_.shape.channels;
    const Scratch sums(2 * channels * static_cast<std::int64_t>(sizeof(T)));
    const Scratch scratch(norm.scratch(args_.shape));
    NormGradientArgs<T> args{.forward = args_,
                             .dy = gradients.of_output<T>(),
                             .fixed = fixed_,
                             .dx = gradients.of_input<T>(0),
                             .accumulate = false,
                             .sums = sums.data<T>()};
    if (args.dx) args.accumulate = gradients.accumulate(0);
    args.forward.x = saved_x_.data<T>();
    args.forward.weight = saved_w_.data<T>();
    args.forward.bias = saved_b_.data<T>();
    args.y = saved_y_.data<T>();
    if (with_residual) args.dresidual = gradients.of_input<T>(3);
    if (args.dresidual) args.accumulate_residual = gradients.accumulate(3);
    norm.backward(args, scratch.data());
    give_affine(gradients, 1, sums.data<T>(), channels);
  }

  const char* name_;
  bool fixed_;
  Running<T> running_;
  T* y_;
  Tensor statistics_;
  NormArgs<T> args_;
  Saved saved_x_{this}, saved_w_{this}, saved_b_{this}, saved_y_{this};
};

NormShape shape_of(const Tensor& input, std::int64_t groups = 0) {
  const auto length = input->shape().numel(2, input->rank());
  // One channel of many images is one long run.
  if (input->size(1) == 1 && !groups) return {1, 1, input->size(0) * length, 0};
  return {input->size(0), input->size(1), length, groups};
}

void check_input(const char* op, const Tensor& input, const Tensor& weight, const Tensor& bias,
                 double eps) {
  if (input->rank() < 2) {
    throw ValueError(op, "input must have shape (N, C, ...), got ", input->shape(), ".");
  }
  check_parameter(op, "weight", weight, {input->size(1)}, input->dtype());
  check_parameter(op, "bias", bias, {input->size(1)}, input->dtype());
  check_eps(op, eps);
}

void check_running(const char* op, const Tensor& input, const RunningStatistics& running,
                   bool fixed) {
  if (static_cast<bool>(running.mean) != static_cast<bool>(running.variance)) {
    throw ValueError(op, "running_mean and running_var must both be given or both be None.");
  }
  if (fixed && !running.mean) {
    throw ValueError(op, "running_mean and running_var must be given where the statistics of ",
                     "the input are not used, got None.");
  }
  check_parameter(op, "running_mean", running.mean, {input->size(1)}, input->dtype());
  check_parameter(op, "running_var", running.variance, {input->size(1)}, input->dtype());
  if (running.batches &&
      (running.batches->numel() != 1 || running.batches->dtype() != Dtype::int64)) {
    throw TypeError(op, "num_batches_tracked must be one int64 number, got shape ",
                    running.batches->shape(), " of ", running.batches->dtype(), ".");
  }
  if (fixed) return;
  for (const auto& x : {running.mean, running.variance, running.batches}) {
    if (x) check_writable(op, x);
  }
}

Tensor normalize(const char* op, const Tensor& input, const Tensor& weight, const Tensor& bias,
                 const NormShape& shape, const RunningStatistics& running, bool fixed, double eps,
                 bool relu = false, const Tensor& residual = {}) {
  Tensor y = empty(op, input->shape(), input->dtype());
  return visit_floating(op, input->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<NormNode<T>>(op, input, weight, bias, shape, running, fixed, eps, relu,
                                     residual, y),
               y);
  });
}

}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                  const RunningStatistics& running, bool training, double eps, bool relu,
                  const Tensor& residual) {
  check_input("batch_norm", input, weight, bias, eps);
  check_running("batch_norm", input, running, !training);
  if (training && input->numel() == input->size(1) && input->numel() > 0) {
    throw ValueError("batch_norm", "training needs more than one value per channel, got shape ",
                     input->shape(), "; use a larger batch, or eval mode.");
  }
  check_parameter("batch_norm", "residual", residual, input->shape(), input->dtype());
  const auto shape = shape_of(input);
  if (residual && in_columns(shape)) {
    const Tensor y = normalize("batch_norm", input, weight, bias, shape, running, !training, eps);
    const Tensor sum = binary(Binary::add, y, residual);
    return relu ? activate(sum, Activation::relu) : sum;
  }
  return normalize("batch_norm", input, weight, bias, shape, running, !training, eps, relu,
                   residual);
}

Tensor group_norm(const Tensor& input, std::int64_t groups, const Tensor& weight,
                  const Tensor& bias, double eps) {
  check_input("group_norm", input, weight, bias, eps);
  if (groups < 1 || input->size(1) % groups != 0) {
    throw ValueError("group_norm", "num_groups must divide the ", input->size(1),
                     " channels of input, got ", groups, ".");
  }
  return normalize("group_norm", input, weight, bias, shape_of(input, groups), {}, false, eps);
}

Tensor instance_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                     const RunningStatistics& running, bool use_input_stats, double eps) {
  check_input("instance_norm", input, weight, bias, eps);
  check_running("instance_norm", input, running, !use_input_stats);
  if (input->rank() < 3) {
    throw ValueError("instance_norm", "input must have shape (N, C, L, ...), got ", input->shape(),
                     ".");
  }
  if (!use_input_stats) {
    return normalize("instance_norm", input, weight, bias, shape_of(input), running, true, eps);
  }
  if (input->shape().numel(2, input->rank()) == 1) {
    throw ValueError("instance_norm", "a channel must have more than one element, got shape ",
                     input->shape(), ".");
  }
  const auto shape = shape_of(input, std::max<std::int64_t>(input->size(1), 1));
  return normalize("instance_norm", input, weight, bias, shape, running, false, eps);
}

}  // namespace deepcore
