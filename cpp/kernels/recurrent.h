// Recurrent layers: one layer in one direction, over whole sequences.
//
// The caller gives W_x x + b of all steps, made by one product. Each thread then takes sequences of
// its own through all their steps, so that it waits for nobody, with recurrent weights that are
// packed once. A sequence's sums run in the order of matmul.h, so its bits depend neither on the
// batch around it nor on the threads.
#pragma once

#include <cstdint>

#include "base/parallel.h"

namespace deepcore {

enum class Cell : std::uint8_t { lstm, gru, rnn_tanh, rnn_relu };

// Blocks of `hidden` rows in the weights: i, f, g, o of an LSTM and r, z, n of a GRU.
constexpr std::int64_t gates_of(Cell cell) {
  return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
}

// The steps of a batch whose longest sequences come first: offsets[t + 1] - offsets[t] sequences,
// which are 0, 1, ..., have a step t. In an array over all steps a step's rows follow each other,
// or, of sequences of one length, a sequence's.
struct Steps {
  std::int64_t count, batch;
  const std::int64_t* offsets;  // count + 1 of them
  bool reverse;                 // from the last step of each sequence to its first
  bool batch_first;

  std::int64_t rows() const noexcept { return offsets[count]; }
  std::int64_t rows(std::int64_t t) const noexcept { return offsets[t + 1] - offsets[t]; }
  std::int64_t row(std::int64_t t, std::int64_t sequence) const noexcept {
    return batch_first ? sequence * count + t : offsets[t] + sequence;
  }
  // The step that is taken as number i.
  std::int64_t at(std::int64_t i) const noexcept { return reverse ? count - 1 - i : i; }
};

template <class T>
struct RecurrentArgs {
  Cell cell;
  Steps steps;
  std::int64_t hidden, width;  // H; the length of h: H, or less with a projection
  const T* weight;             // (gates H, width): W_h
  // (H): b_hn of a GRU, whose n = tanh(W_xn x + b_xn + r (W_hn h + b_hn)).
  const T* bias_n = nullptr;
  const T* projection = nullptr;         // (width, H): W_p, where h = W_p (o tanh c)
  const T *h0 = nullptr, *c0 = nullptr;  // (batch, width), (batch, H); zeros where there are none
  T* gates = nullptr;                    // (rows, gates H): W_x x + b, and then the gates
  T* y;                                  // (rows, width)
  T* extra = nullptr;                    // (rows, H): c of an LSTM, W_hn h + b_hn of a GRU
  T* m = nullptr;                        // (rows, H): o tanh c, with a projection
  T *h_n, *c_n = nullptr;                // (batch, width), (batch, H)
  // Scratch and run cut by this number, which set_num_threads in another thread cannot change
  // between the two.
  std::int64_t threads = num_threads();
};

template <class T>
struct RecurrentGradientArgs {
  RecurrentArgs<T> forward;
  const T *dy, *dh_n, *dc_n = nullptr;  // or none
  T* dgates;                            // (rows, gates H): of W_x x + b
  T* dhidden;               // of W_h h (+ b_hn): an array of its own for a GRU, else dgates itself
  T* previous;              // (rows, width): the h that each step began with
  T* dprojected = nullptr;  // (rows, width): of h, with a projection
  T *dh0, *dc0 = nullptr;   // (batch, width), (batch, H)
};

template <class T>
struct Recurrent {
  // Bytes of scratch that a pass needs, 64-byte aligned.
  std::int64_t (*scratch)(const RecurrentArgs<T>& args);
  void (*forward)(const RecurrentArgs<T>& args, void* scratch);
  void (*backward)(const RecurrentGradientArgs<T>& args, void* scratch);
};

template <class T>
Recurrent<T> recurrent_kernels();

}  // namespace deepcore
