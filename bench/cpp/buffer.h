// Arrays that lie as tensors do.
#pragma once

#include <random>

#include "base/storage.h"

namespace deepcore::bench {

// From the pool: large ones lie in huge pages.
inline Ref<Storage> buffer(std::int64_t size, bool random = false) {
  auto storage = Storage::allocate(size * static_cast<std::int64_t>(sizeof(float)));
  auto* values = reinterpret_cast<float*>(storage->data());
  std::minstd_rand engine;
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (std::int64_t i = 0; i < size; ++i) values[i] = random ? uniform(engine) : 0;
  return storage;
}

inline float* values_of(const Ref<Storage>& storage) {
  return reinterpret_cast<float*>(storage->data());
}

}  // namespace deepcore::bench
