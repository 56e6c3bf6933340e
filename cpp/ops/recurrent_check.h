// What a recurrent layer asks of its inputs.
#pragma once

#include <vector>

#include "ops/recurrent.h"

namespace deepcore {

struct RecurrentSizes {
  std::int64_t batch, input, hidden, width;  // width: of h
  std::vector<std::int64_t> offsets;         // of the steps' rows, as in Steps
};

// Throws unless shapes and dtypes fit together.
RecurrentSizes check_recurrent(const char* op, Cell cell, const RecurrentInputs& inputs);

}  // namespace deepcore
