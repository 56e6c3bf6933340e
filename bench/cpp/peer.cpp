#include "peer.h"

#include <Eigen/Core>

#include "base/vec.h"

namespace deepcore::bench {
namespace {

#if defined(__AVX512F__)
#define STEP(i) "vfmadd231ps %%zmm12, %%zmm13, %%zmm" #i "\n"
#elif defined(__FMA__)
#define STEP(i) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #i "\n"
#elif defined(__x86_64__)
#define STEP(i) "mulps %%xmm12, %%xmm" #i "\n"
#endif

// Inline assembly, because a compiler would merge or spill what it understands. Without FMA a
// register is multiplied in one step and added to in the next.
double peak(long steps) {
  const double flops = 12.0 * lanes<float> * steps;
#if defined(__x86_64__)
#if defined(__FMA__)
#define HALF STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5)
#define OTHER STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11)
  constexpr double each = 2;
#else
#define ADD(i) "addps %%xmm12, %%xmm" #i "\n"
#define HALF STEP(0) ADD(1) STEP(2) ADD(3) STEP(4) ADD(5)
#define OTHER STEP(6) ADD(7) STEP(8) ADD(9) STEP(10) ADD(11)
  constexpr double each = 1;
#endif
  asm volatile("1:\n" HALF OTHER "dec %0\n jnz 1b\n"
               : "+r"(steps)
               :
               : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                 "xmm10", "xmm11", "xmm12", "xmm13", "cc");
  return each * flops;
#elif defined(__aarch64__)
#define STEP(i) "fmla v" #i ".4s, v12.4s, v13.4s\n"
  asm volatile("1:\n" STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8)
                   STEP(9) STEP(10) STEP(11) "subs %0, %0, #1\n b.ne 1b\n"
               : "+r"(steps)
               :
               : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12",
                 "v13", "cc");
  return 2 * flops;
#endif
}

using Row = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Column = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;

template <class A, class B>
void product(const MatmulArgs<float>& args) {
  const Eigen::Map<const A> a(args.a, args.m, args.k);
  const Eigen::Map<const B> b(args.b, args.k, args.n);
  Eigen::Map<Row> c(args.c, args.m, args.n);
  c.noalias() = a * b;
  if (args.bias) c.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(args.bias, args.n);
  if (args.activation == Activation::relu) c = c.cwiseMax(0.0f);
}

void matmul(const MatmulArgs<float>& args) {
  const bool a_row = args.a_col == 1, b_row = args.b_col == 1;
  if (a_row) return b_row ? product<Row, Row>(args) : product<Row, Column>(args);
  return b_row ? product<Column, Row>(args) : product<Column, Column>(args);
}

// One expression a state, as its users write it: what is stored is read again by the next.
void adam(const Update<AdamStep<float>, float>& u) {
  using Map = Eigen::Map<Eigen::ArrayXf>;
  const auto& o = u.step;
  Map p(u.value, u.size), m(u.state[0], u.size), v(u.state[1], u.size);
  const Eigen::Map<const Eigen::ArrayXf> g(u.gradient, u.size);
  m = o.beta1 * m + o.fresh1 * g;
  v = o.beta2 * v + o.fresh2 * g.square();
  p -= o.rate * m / (o.scale * v.sqrt() + o.eps);
}

}  // namespace
}  // namespace deepcore::bench

extern "C" __attribute__((visibility("default"))) const deepcore::bench::Peer* deepcore_peer() {
  static const deepcore::bench::Peer peer = {&deepcore::bench::peak, &deepcore::bench::matmul,
                                             &deepcore::bench::adam,
                                             deepcore::bench::eigen_arrays()};
  return &peer;
}
