// The equations of the cells, for one step of one sequence, forward beside backward.
//
// s = W_h h, and the gates come as W_x x + b, are replaced by their values, and are read again by
// backward. σ is the sigmoid, ⊙ is written as a plain product.
#pragma once

#include <cstdint>

#include "base/vec.h"
#include "kernels/math.h"
#include "kernels/recurrent.h"

namespace deepcore {

// What one step of one sequence reads and writes: arrays of H numbers, or of gates H.
template <class T>
struct CellForward {
  T* gates;
  const T* s;
  T* h;      // before and after; after only, where a projection follows
  T* c;      // LSTM: before and after
  T* extra;  // what backward reads: c of an LSTM, u of a GRU
  const T* bias_n;
};

template <class T>
struct CellBackward {
  const T *gates, *extra;
  const T *h_before, *c_before;  // zeros where there are none
  const T* dh;                   // of this step's output
  T* dc;                         // LSTM: of c after the step, then of c before it
  T *dgates, *dhidden;           // of W_x x + b and of W_h h + b_hn
  T* direct;                     // GRU: what reaches h before the step past the weights

  template <class V>
  void put(V vector, std::int64_t j, Vec<T> of_both) const noexcept {
    vector.put(dgates + j, of_both);
    vector.put(dhidden + j, of_both);
  }
};

// A whole vector, and the first n lanes of one.
template <class T>
struct WholeVector {
  Vec<T> get(const T* p) const noexcept { return load(p); }
  void put(T* p, Vec<T> v) const noexcept { store(p, v); }
};
template <class T>
struct PartVector {
  int n;
  Vec<T> get(const T* p) const noexcept { return load_first(p, n); }
  void put(T* p, Vec<T> v) const noexcept { store_first(p, v, n); }
};

// f(j, vector) over 0 ... n.
template <class T, class F>
[[gnu::always_inline]] inline void over_vectors(std::int64_t n, const F& f) noexcept {
  std::int64_t j = 0;
  for (; j + lanes<T> <= n; j += lanes<T>) f(j, WholeVector<T>{});
  if (j < n) f(j, PartVector<T>{static_cast<int>(n - j)});
}

// i = σ(i + s_i)   f = σ(f + s_f)   g = tanh(g + s_g)   o = σ(o + s_o)
// c' = f c + i g   h' = o tanh c'
//
// do = dh tanh c'              dc' += dh o (1 - tanh² c')
// di = dc' g   df = dc' c   dg = dc' i   dc = dc' f, and through the gates
// σ' = σ (1 - σ)   tanh' = 1 - tanh²
template <class T>
struct LstmCell {
  static void forward(const CellForward<T>& a, std::int64_t n) noexcept {
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const auto sum = [&](int gate) {
        return v.get(a.gates + gate * n + j) + v.get(a.s + gate * n + j);
      };
      const Vec<T> i = math::sigmoid<T>(sum(0)), f = math::sigmoid<T>(sum(1));
      const Vec<T> g = math::tanh<T>(sum(2)), o = math::sigmoid<T>(sum(3));
      const Vec<T> c = fma(f, v.get(a.c + j), i * g);
      v.put(a.gates + j, i);
      v.put(a.gates + n + j, f);
      v.put(a.gates + 2 * n + j, g);
      v.put(a.gates + 3 * n + j, o);
      v.put(a.c + j, c);
      v.put(a.extra + j, c);
      v.put(a.h + j, o * math::tanh<T>(c));
    });
  }

  static void backward(const CellBackward<T>& a, std::int64_t n) noexcept {
    const Vec<T> one = splat(T{1});
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const Vec<T> i = v.get(a.gates + j), f = v.get(a.gates + n + j);
      const Vec<T> g = v.get(a.gates + 2 * n + j), o = v.get(a.gates + 3 * n + j);
      const Vec<T> dh = v.get(a.dh + j), tanh_c = math::tanh<T>(v.get(a.extra + j));
      const Vec<T> dc = fma(dh * o, fma(-tanh_c, tanh_c, one), v.get(a.dc + j));
      a.put(v, j, dc * g * (i * (one - i)));
      a.put(v, n + j, dc * v.get(a.c_before + j) * (f * (one - f)));
      a.put(v, 2 * n + j, dc * i * fma(-g, g, one));
      a.put(v, 3 * n + j, dh * tanh_c * (o * (one - o)));
      v.put(a.dc + j, dc * f);
    });
  }
};

// r = σ(r + s_r)   z = σ(z + s_z)   u = s_n + b_hn   n = tanh(n + r u)
// h' = (1 - z) n + z h
//
// dn = dh' (1 - z) (1 - n²)   du = dn r   dr = dn u   dz = dh' (h - n)
// dh = dh' z, and what comes through the weights
template <class T>
struct GruCell {
  static void forward(const CellForward<T>& a, std::int64_t n) noexcept {
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const Vec<T> r = math::sigmoid<T>(v.get(a.gates + j) + v.get(a.s + j));
      const Vec<T> z = math::sigmoid<T>(v.get(a.gates + n + j) + v.get(a.s + n + j));
      Vec<T> u = v.get(a.s + 2 * n + j);
      if (a.bias_n) u = u + v.get(a.bias_n + j);
      const Vec<T> m = math::tanh<T>(fma(r, u, v.get(a.gates + 2 * n + j)));
      v.put(a.gates + j, r);
      v.put(a.gates + n + j, z);
      v.put(a.gates + 2 * n + j, m);
      v.put(a.extra + j, u);
      v.put(a.h + j, fma(z, v.get(a.h + j) - m, m));
    });
  }

  static void backward(const CellBackward<T>& a, std::int64_t n) noexcept {
    const Vec<T> one = splat(T{1});
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const Vec<T> r = v.get(a.gates + j), z = v.get(a.gates + n + j);
      const Vec<T> m = v.get(a.gates + 2 * n + j), dh = v.get(a.dh + j);
      const Vec<T> dm = dh * (one - z) * fma(-m, m, one);
      const Vec<T> dr = dm * v.get(a.extra + j) * (r * (one - r));
      const Vec<T> dz = dh * (v.get(a.h_before + j) - m) * (z * (one - z));
      a.put(v, j, dr);
      a.put(v, n + j, dz);
      v.put(a.dgates + 2 * n + j, dm);
      v.put(a.dhidden + 2 * n + j, dm * r);
      v.put(a.direct + j, dh * z);
    });
  }
};

// h' = tanh(x + s) or max(x + s, 0), whose derivative at 0 is 0.
template <class T, bool tanh>
struct RnnCell {
  static void forward(const CellForward<T>& a, std::int64_t n) noexcept {
    const Vec<T> zero = splat(T{0});
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const Vec<T> z = v.get(a.gates + j) + v.get(a.s + j);
      const Vec<T> h = tanh ? math::tanh<T>(z) : select<T>(z <= zero, zero, z);
      v.put(a.gates + j, h);
      v.put(a.h + j, h);
    });
  }

  static void backward(const CellBackward<T>& a, std::int64_t n) noexcept {
    const Vec<T> zero = splat(T{0}), one = splat(T{1});
    over_vectors<T>(n, [&](std::int64_t j, auto v) {
      const Vec<T> h = v.get(a.gates + j), dh = v.get(a.dh + j);
      a.put(v, j, tanh ? dh * fma(-h, h, one) : select<T>(h <= zero, zero, dh));
    });
  }
};

// f.operator()<the cell>() for the run-time cell.
template <class T, class F>
void with_cell(Cell cell, const F& f) {
  switch (cell) {
    case Cell::lstm:
      return f.template operator()<LstmCell<T>>();
    case Cell::gru:
      return f.template operator()<GruCell<T>>();
    case Cell::rnn_tanh:
      return f.template operator()<RnnCell<T, true>>();
    case Cell::rnn_relu:
      return f.template operator()<RnnCell<T, false>>();
  }
}

}  // namespace deepcore
