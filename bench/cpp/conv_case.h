// 3x3 convolutions of square images with their arrays.
#pragma once

#include <string>

#include "buffer.h"
#include "kernels/kernels.h"

namespace deepcore::bench {

struct ConvCase {
  std::int64_t batch, size, channels, outputs, padding = 1;

  std::int64_t out() const noexcept { return size + 2 * padding - 2; }
  std::int64_t from_size() const noexcept { return batch * channels * size * size; }
  std::int64_t to_size() const noexcept { return batch * outputs * out() * out(); }
  std::int64_t weight_size() const noexcept { return outputs * channels * 9; }
  // Nominal: taps in the padding count as if they were multiplied.
  double flops() const noexcept { return 2.0 * static_cast<double>(to_size() * channels * 9); }
  std::string name() const {
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    return text(batch) + "x" + text(size) + "x" + text(channels) + "x" + text(outputs) +
           (padding ? "" : "_valid");
  }
  ConvShape shape() const noexcept {
    const ConvAxis side{size, out(), 3, 1, 1, padding};
    return {batch, 1, channels, outputs, {{1, 1, 1, 1, 1, 0}, side, side}};
  }
};

// The arrays of a case and the calls that go over them.
struct ConvArrays {
  explicit ConvArrays(const ConvCase& c)
      : shape(c.shape()),
        x(buffer(c.from_size(), true)),
        w(buffer(c.weight_size(), true)),
        b(buffer(c.outputs, true)),
        y(buffer(c.to_size())),
        dy(buffer(c.to_size(), true)),
        dx(buffer(c.from_size())),
        dw(buffer(c.weight_size())) {}

  ConvArgs<float> forward() const noexcept {
    return {.shape = shape,
            .from = values_of(x),
            .weight = values_of(w),
            .to = values_of(y),
            .bias = values_of(b)};
  }
  ConvArgs<float> input_gradient() const noexcept {
    return {.shape = shape,
            .direction = ConvDirection::backward,
            .from = values_of(dy),
            .weight = values_of(w),
            .to = values_of(dx)};
  }
  ConvWeightArgs<float> weight_gradient() const noexcept {
    return {.shape = shape, .x = values_of(x), .dy = values_of(dy), .dw = values_of(dw)};
  }

  ConvShape shape;
  Ref<Storage> x, w, b, y, dy, dx, dw;
};

}  // namespace deepcore::bench
