// The bytes behind tensors: 64-byte aligned, counted, recycled by a pool.
//
// The pool keeps freed blocks in size classes of an eighth of an octave, up to a cap, so a training
// loop stops asking the system after its first step, and batches of random length do not grow it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/ref.h"

namespace deepcore {

class Storage : public RefCounted {
 public:
  std::byte* data() const noexcept { return data_; }
  std::int64_t bytes() const noexcept { return bytes_; }

  // Counts writes after creation, so that backward can tell that what it saved has changed.
  std::uint32_t version() const noexcept { return version_.load(std::memory_order_relaxed); }
  void written() noexcept { version_.fetch_add(1, std::memory_order_relaxed); }

  // Uninitialized bytes from the pool.
  static Ref<Storage> allocate(std::int64_t bytes);
  // Somebody else's bytes; `done` is called when the last reference goes.
  static Ref<Storage> borrow(void* data, std::int64_t bytes, std::function<void()> done);

 protected:
  Storage(std::byte* data, std::int64_t bytes) : data_(data), bytes_(bytes) {}

 private:
  std::byte* data_;
  std::int64_t bytes_;
  std::atomic<std::uint32_t> version_{0};
};

struct MemoryStats {
  std::int64_t in_use;    // bytes of blocks held by tensors
  std::int64_t cached;    // bytes of free blocks kept by the pool
  std::int64_t requests;  // allocations asked of the pool since the start
  std::int64_t system;    // allocations asked of the system since the start
};
MemoryStats memory_stats();

// Gives the pool's free blocks back to the system.
void empty_cache();

// A thread's working memory for the length of one op, 64-byte aligned: grown on first use, then
// reused, so that a step that has run once allocates nothing. Nested ones stack.
class Scratch {
 public:
  explicit Scratch(std::int64_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <class T = void>
  T* data() const noexcept {
    return reinterpret_cast<T*>(data_);
  }

 private:
  std::byte* data_;
  std::int64_t bytes_;
  bool owned_;  // a block of its own: the arena was too small
};

}  // namespace deepcore
