#include "base/generator.h"

#include <random>

namespace deepcore {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

const Ref<Generator>& default_generator() {
  static const Ref<Generator> generator = make_ref<Generator>(random_seed());
  return generator;
}

}  // namespace deepcore
