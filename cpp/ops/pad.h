// Padding of any number of trailing axes.
#pragma once

#include <string>
#include <vector>

#include "graph/tensor.h"

namespace deepcore {

// What lies beyond the ends: a constant; x mirrored at its last element; that element again; x
// again.
enum class PadMode { constant, reflect, replicate, circular };

PadMode to_pad_mode(const std::string& name);

// pads: before and after of the last axis, then of the one before it, and so on; negative ones
// crop.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& pads, PadMode mode = PadMode::constant,
           double value = 0);

// ValueError unless the dtype holds the number that fills what is padded.
void check_constant(const char* op, const char* name, Dtype dtype, double value);

}  // namespace deepcore
