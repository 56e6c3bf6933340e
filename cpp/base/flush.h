// Flush-to-zero while a FlushToZero lives: denormal inputs and results count as zero.
// Products, convolutions, recurrent layers, normalizations and optimizers hold one in each piece of
// work, so that a decaying weight does not run 100 times slower; nothing else does. What they call
// that is no product holds KeepDenormals, which lifts it again.
//
// The compiler does not know that arithmetic depends on the mode: what is computed under one must
// be loaded and stored under it.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace deepcore {

template <bool flush>
class DenormalMode {
 public:
  DenormalMode() noexcept : saved_(read()) { write(flush ? saved_ | bits : saved_ & ~bits); }
  ~DenormalMode() { write(saved_); }
  DenormalMode(const DenormalMode&) = delete;
  DenormalMode& operator=(const DenormalMode&) = delete;

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

using FlushToZero = DenormalMode<true>;
using KeepDenormals = DenormalMode<false>;

}  // namespace deepcore
