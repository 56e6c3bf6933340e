// The state behind random ops: a seed and how far it has been used up. Drawing moves it on, so the
// numbers follow from the seed and the order of the draws, never from threads.
#pragma once

#include <mutex>

#include "base/random.h"
#include "base/ref.h"

namespace deepcore {

class Generator : public RefCounted {
 public:
  explicit Generator(std::uint64_t seed) noexcept : at_{.seed = seed} {}

  // The position of the next `groups` groups of words, which nobody else will be given.
  Draw advance(std::uint64_t groups) noexcept {
    const std::lock_guard lock(mutex_);
    const Draw draw = at_;
    at_.counter += groups;
    return draw;
  }
  Draw state() noexcept { return advance(0); }
  void set_state(const Draw& draw) noexcept {
    const std::lock_guard lock(mutex_);
    at_ = draw;
  }

 private:
  std::mutex mutex_;
  Draw at_;
};

// A seed that the system drew.
std::uint64_t random_seed();

// The process's generator, which ops draw from unless given another. Seeded by the system.
const Ref<Generator>& default_generator();

}  // namespace deepcore
