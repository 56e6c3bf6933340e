// Usage: deepcore_bench [--benchmark_filter=matmul/x86-64-v4/forward]
#include <cstdio>
#include <exception>

#include "level.h"

int main(int argc, char** argv) try {
  deepcore::bench::register_conv();
  deepcore::bench::register_elementwise();
  deepcore::bench::register_fusion();
  deepcore::bench::register_matmul();
  deepcore::bench::register_optim();
  deepcore::bench::register_recurrent();
  deepcore::bench::register_reduce();
  deepcore::bench::register_softmax();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
