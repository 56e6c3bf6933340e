#include "kernels/conv.h"

#include "kernels/conv_depthwise.h"
#include "kernels/conv_dots.h"
#include "kernels/conv_images.h"
#include "kernels/conv_pixels.h"
#include "kernels/conv_weights.h"

namespace deepcore {
namespace {

// Which form runs changes no bit.
template <class T>
bool has_images_along_lanes(const ConvArgs<T>& args) {
  constexpr std::int64_t budget = (1 << 20) / sizeof(T);
  if (args.shape.batch < lanes<T>) return false;
  const ImagePlan<T> images(args);
  if (images.copy_size() > budget || images.sums_size() > budget) return false;
  return images.cost() < pixels_cost(args);
}

template <class T>
bool writes_nothing(const ConvArgs<T>& args) {
  const ConvSides sides(args.shape, args.direction);
  return args.shape.batch * args.shape.groups * sides.to_channels * sides.to_pixels == 0;
}

template <class T>
std::int64_t scratch(const ConvArgs<T>& args) {
  if (writes_nothing(args) || is_depthwise_3x3(args.shape)) return 0;
  return has_images_along_lanes(args) ? images_scratch(args) : pixels_scratch(args);
}

template <class T>
void run(const ConvArgs<T>& args, void* scratch) {
  if (writes_nothing(args)) return;
  if (is_depthwise_3x3(args.shape)) return run_depthwise(args);
  has_images_along_lanes(args) ? run_images(args, scratch) : run_pixels(args, scratch);
}

template <class T>
bool sums_nothing(const ConvWeightArgs<T>& args) {
  const auto& s = args.shape;
  return s.batch * s.outputs * s.group_channels() * s.out_pixels() == 0;
}

template <class T>
std::int64_t weight_scratch(const ConvWeightArgs<T>& args) {
  if (sums_nothing(args) || is_depthwise_3x3(args.shape)) return 0;
  return has_dots<T>(args.shape) ? dots_scratch(args) : weights_scratch(args);
}

template <class T>
void weight_gradient(const ConvWeightArgs<T>& args, void* scratch) {
  const auto& s = args.shape;
  if (sums_nothing(args)) {
    if (args.accumulate) return;
    std::fill_n(args.dw, s.outputs * s.group_channels() * s.taps(), T{0});
  } else if (is_depthwise_3x3(s)) {
    run_depthwise_weights(args);
  } else if (has_dots<T>(s)) {
    run_dots(args, scratch);
  } else {
    run_weights(args, scratch);
  }
}

}  // namespace

template <class T>
Conv<T> conv_kernels() {
  return {.scratch = scratch<T>,
          .run = run<T>,
          .weight_scratch = weight_scratch<T>,
          .weight_gradient = weight_gradient<T>};
}
template Conv<float> conv_kernels();
template Conv<double> conv_kernels();

}  // namespace deepcore
