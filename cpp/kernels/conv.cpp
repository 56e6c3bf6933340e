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
std::int64_t scratch(const ConvArgs<T>& args) {
  return has_images_along_lanes(args) ? images_scratch(args) : pixels_scratch(args);
}

template <class T>
void run(const ConvArgs<T>& args, void* scratch) {
  has_images_along_lanes(args) ? run_images(args, scratch) : run_pixels(args, scratch);
}

}  // namespace

template <class T>
Conv<T> conv_kernels() {
  return {.scratch = scratch<T>,
          .run = run<T>,
          .weight_scratch = weights_scratch<T>,
          .weight_gradient = run_weights<T>};
}
template Conv<float> conv_kernels();
template Conv<double> conv_kernels();

}  // namespace deepcore
