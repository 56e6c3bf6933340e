// Flush-to-zero while an object of this class lives: denormal inputs and results count as zero.
// Products, convolutions, recurrent layers, normalizations and optimizers hold one in each piece of
// work, so that a decaying weight does not run 100 times slower; nothing else does.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace deepcore {

class FlushToZero {
 public:
  FlushToZero() noexcept : saved_(read()) { write(saved_ | bits); }
  ~FlushToZero() { write(saved_); }
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__x86_64__)
  using Word = unsigned;
  static constexpr Word bits = 0x8040;  // FTZ and DAZ
  static Word read() noexcept {
    return _mm_getcsr();
  }
  static void write(Word word) noexcept {
    _mm_setcsr(word);
  }
#else
  using Word = std::uint64_t;
  static constexpr Word bits = Word{1} << 24;  // FZ
  static Word read() noexcept {
    Word word;
    asm volatile("mrs %0, fpcr" : "=r"(word));
    return word;
  }
  static void write(Word word) noexcept {
    asm volatile("msr fpcr, %0" ::"r"(word));
  }
#endif
  Word saved_;
};

}  // namespace deepcore
