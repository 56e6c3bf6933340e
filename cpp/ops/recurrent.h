// Recurrent layers, one layer in one direction as one node.
#pragma once

#include "graph/tensor.h"
#include "kernels/recurrent.h"

namespace deepcore {

// input is dense, (steps, batch, I) or, if batch_first, (batch, steps, I), or packed, (rows, I):
// the rows of step 0, of step 1, ..., at each step those of the sequences that are long enough,
// longest first, batch_sizes[t] of them. weight_ih (gates H, I), weight_hh (gates H, P), biases
// (gates H) or none, h0 (batch, P) and c0 (batch, H) or none for zeros; P is H, or what weight_hr
// (P, H) projects to.
struct RecurrentInputs {
  Tensor input, batch_sizes, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr;
  bool reverse, batch_first;
};

// h of every step; h and, of an LSTM, c after each sequence's last step (its first, in reverse).
struct RecurrentOutputs {
  Tensor y, h_n, c_n;
};

RecurrentOutputs recurrent(const char* op, Cell cell, const RecurrentInputs& inputs);

}  // namespace deepcore
