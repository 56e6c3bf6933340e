// What each level's own library gives the benchmarks: the peak of its registers, and Eigen.
#pragma once

#include "eigen_arrays.h"
#include "kernels/matmul.h"
#include "kernels/optim.h"

namespace deepcore::bench {

struct Peer {
  // Fused multiply-adds on 12 registers of the level's width; returns the number of float FLOPs.
  double (*peak)(long steps);
  void (*matmul)(const MatmulArgs<float>& args);
  void (*adam)(const Update<AdamStep<float>, float>& update);
  EigenArrays arrays;
};

}  // namespace deepcore::bench
