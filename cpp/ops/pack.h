// Sequences of several lengths, padded to one batch or packed without the padding.
#pragma once

#include <vector>

#include "ops/operand.h"

namespace deepcore {

// lengths of the batch's sequences, and the order in which they are packed: longest first.
struct Sequences {
  std::vector<std::int64_t> lengths, order;
  bool batch_first;
};

// The rows of step 0, of step 1, ... of a batch (steps, B, *) or, if batch_first, (B, steps, *):
// at each step those of the sequences that are long enough.
Tensor pack(const Tensor& input, const Sequences& sequences);

// The batch of packed rows, `padding` where a sequence has ended.
Tensor unpack(const Tensor& data, const Sequences& sequences, std::int64_t steps,
              const Number& padding);

}  // namespace deepcore
