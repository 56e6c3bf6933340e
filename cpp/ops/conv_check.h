// What convolutions refuse, and the sizes that follow from what they take.
#pragma once

#include <vector>

#include "kernels/conv.h"
#include "ops/conv.h"

namespace deepcore {

class ConvCheck {
 public:
  ConvCheck(const Tensor& input, const Tensor& weight, const Tensor& bias,
            const ConvOptions& options, bool transposed);

  ConvShape conv() const;
  ConvShape transposed(const std::vector<std::int64_t>& output_padding) const;
  // Of what such a convolution gives.
  Shape output(const ConvShape& shape, ConvDirection direction) const;

  const char* op;

 private:
  void check_options(bool transposed) const;
  void check_reach() const;
  void check_input(bool transposed) const;
  void check_bias(const Tensor& bias, bool transposed) const;
  ConvShape shape() const;
  // Of the spatial axis i.
  std::int64_t size(int i) const { return input_->size(input_->rank() - options_.axes + i); }
  std::int64_t kernel(int i) const { return weight_->size(2 + i); }

  const Tensor &input_, &weight_;
  const ConvOptions& options_;
};

}  // namespace deepcore
