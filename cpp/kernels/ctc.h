// Connectionist temporal classification: the likelihood of a label sequence, summed over all its
// alignments to the steps, and the posterior of each class at each step.
//
// The L labels of a sample become S = 2 L + 1 states: a blank before, between and behind them. In
// logarithms, of which ⊕ is the sum and e_t(s) the log-probability of state s's class at step t:
//   α_t(s) = e_t(s) + (α_{t-1}(s) ⊕ α_{t-1}(s - 1) ⊕ α_{t-1}(s - 2) where s may skip a blank)
//   β_t(s) = (β + e)_{t+1}(s) ⊕ (β + e)_{t+1}(s + 1) ⊕ (β + e)_{t+1}(s + 2) where s + 2 may skip
//   one loss = -(α_{T-1}(S - 1) ⊕ α_{T-1}(S - 2))
//   posterior_t(s) = exp(α_t(s) + β_t(s) + loss)
// A state may skip a blank if it is a label other than the one before that blank.
#pragma once

#include <cstdint>

namespace deepcore {

template <class T>
struct CtcArgs {
  std::int64_t steps, batch, classes;
  std::int64_t blank;
  const T* x = nullptr;                   // log-probabilities (steps, batch, classes)
  const std::int64_t* targets = nullptr;  // the labels of all samples
  const std::int64_t* first = nullptr;    // where those of each sample begin
  const std::int64_t* target_lengths = nullptr;
  const std::int64_t* input_lengths = nullptr;
};

template <class T>
struct Ctc {
  // The doubles of scratch that both need.
  std::int64_t (*scratch)(const CtcArgs<T>& args);
  // The loss of each sample. alpha, unless null, is kept for backward: that of sample n begins at
  // steps (2 first[n] + n) and has a row of S states for each of its steps.
  void (*forward)(const CtcArgs<T>& args, double* scratch, double* alpha, double* losses);
  // dx = or += -scale[n] Σ of the posteriors of a class's states; where scale is zero, nothing.
  void (*backward)(const CtcArgs<T>& args, const double* alpha, const double* losses,
                   const double* scale, double* scratch, bool accumulate, T* dx);
};

template <class T>
Ctc<T> ctc_kernels();

}  // namespace deepcore
