#include "kernels/conv.h"

#include "kernels/conv_images.h"
#include "kernels/conv_pixels.h"
#include "kernels/conv_weights.h"

namespace deepcore {
namespace {

// Vectors multiplied for each pair of channels, a transposed image counting 5 % more. Which form
// runs changes no bit.
template <class T>
bool has_images_along_lanes(const ConvArgs<T>& args) {
  constexpr std::int64_t budget = (1 << 20) / sizeof(T);
  ImagePlan<T> images(args);
  if (args.shape.batch < lanes<T> || images.copy_size() > budget || images.sums_size() > budget) {
    return false;
  }
  const PixelPlan<T> pixels(args);
  images.list_taps();
  const auto vectors = divide_up(args.shape.batch, lanes<T>);
  const auto of_images = static_cast<std::int64_t>(images.taps.size()) * vectors;
  return 105 * of_images < 100 * pixels.products() * args.shape.batch;
}

template <class T>
bool writes_nothing(const ConvArgs<T>& args) {
  const ConvSides sides(args.shape, args.direction);
  return args.shape.batch * args.shape.groups * sides.to_channels * sides.to_pixels == 0;
}

template <class T>
std::int64_t scratch(const ConvArgs<T>& args) {
  if (writes_nothing(args)) return 0;
  return has_images_along_lanes(args) ? images_scratch(args) : pixels_scratch(args);
}

template <class T>
void run(const ConvArgs<T>& args, void* scratch) {
  if (writes_nothing(args)) return;
  has_images_along_lanes(args) ? run_images(args, scratch) : run_pixels(args, scratch);
}

template <class T>
bool sums_nothing(const ConvWeightArgs<T>& args) {
  return args.shape.batch * args.shape.outputs * args.shape.group_channels() == 0;
}

template <class T>
std::int64_t weight_scratch(const ConvWeightArgs<T>& args) {
  return sums_nothing(args) ? 0 : weights_scratch(args);
}

template <class T>
void weight_gradient(const ConvWeightArgs<T>& args, void* scratch) {
  if (!sums_nothing(args)) return run_weights(args, scratch);
  if (args.accumulate) return;
  std::fill_n(args.dw, args.shape.outputs * args.shape.group_channels() * args.shape.taps(), T{0});
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
