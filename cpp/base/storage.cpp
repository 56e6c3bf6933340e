#include "base/storage.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/error.h"

namespace deepcore {
namespace {

constexpr std::int64_t alignment = 64;
constexpr std::int64_t smallest_block = 128;
// Above this the kernel is asked for huge pages: a weight matrix of 16 MB has 4096 small ones.
constexpr std::int64_t huge_page = 2 << 20;
// From here on a block serves smaller requests too.
constexpr std::int64_t shared_block = 256 << 10;

struct SizeClass {
  int index;
  std::int64_t bytes;
};

// The next size of the form 2^e * (8 + i) / 8.
SizeClass size_class(std::int64_t bytes) {
  const auto n = static_cast<std::uint64_t>(std::max(bytes, smallest_block));
  const int octave = std::bit_width(n - 1) - 1;
  const int shift = std::max(octave - 3, 0);
  const auto eighths = ((n - 1) >> shift) + 1;
  return {octave * 8 + static_cast<int>(eighths), static_cast<std::int64_t>(eighths << shift)};
}

// Of a class that size_class gave.
std::int64_t class_bytes(int index) {
  const int octave = (index - 9) / 8, eighths = index - octave * 8;
  return static_cast<std::int64_t>(eighths) << std::max(octave - 3, 0);
}

void* system_allocate(std::int64_t bytes) {
  const auto align = static_cast<std::size_t>(bytes >= huge_page ? huge_page : alignment);
  const auto size = static_cast<std::size_t>(bytes);
  void* block = nullptr;
  if (posix_memalign(&block, align, size) != 0) {
    throw RuntimeError("memory", "the system has no ", bytes,
                       " bytes left; use smaller batches or a smaller model.");
  }
#ifdef MADV_HUGEPAGE
  if (bytes >= huge_page) madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
}

class BlockPool {
 public:
  // A block of this class; or of a larger one, which `size` then says.
  void* take(SizeClass& size) {
    {
      std::lock_guard lock(mutex_);
      ++stats_.requests;
      if (void* block = take_free(size)) return block;
      stats_.in_use += size.bytes;
      ++stats_.system;
    }
    try {
      return allocate(size.bytes);
    } catch (...) {
      std::lock_guard lock(mutex_);
      stats_.in_use -= size.bytes;
      throw;
    }
  }

  void give(void* block, const SizeClass& size) noexcept {
    {
      std::lock_guard lock(mutex_);
      stats_.in_use -= size.bytes;
#ifndef DEEPCORE_NO_POOL
      auto& free = free_[size.index];
      if (stats_.cached + size.bytes <= cap_ && (free.size() < free.capacity() || grow(free))) {
        free.push_back(block);
        stats_.cached += size.bytes;
        return;
      }
#endif
    }
    std::free(block);
  }

  void empty() {
    std::lock_guard lock(mutex_);
    for (auto& free : free_) {
      for (void* block : free) std::free(block);
      free.clear();
    }
    stats_.cached = 0;
  }

  MemoryStats stats() {
    std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  // A network whose layers differ in size would hold blocks for each of them: large ones serve what
  // is more than half as large. (Inception-v3, inference of 8 images: 507 MB without, 364 with.)
  void* take_free(SizeClass& size) noexcept {
    const int octave = size.bytes >= shared_block ? 8 : 0;
    for (int index = size.index; index <= size.index + octave; ++index) {
      auto& free = free_[index];
      if (free.empty()) continue;
      void* block = free.back();
      free.pop_back();
      size = {index, class_bytes(index)};
      stats_.cached -= size.bytes;
      stats_.in_use += size.bytes;
      return block;
    }
    return nullptr;
  }
  // What the pool keeps is given back before memory is said to be out.
  void* allocate(std::int64_t bytes) {
    try {
      return system_allocate(bytes);
    } catch (const Error&) {
      empty();
      return system_allocate(bytes);
    }
  }
  static bool grow(std::vector<void*>& free) noexcept {
    try {
      free.reserve(std::max<std::size_t>(16, 2 * free.capacity()));
      return true;
    } catch (...) {
      return false;
    }
  }
  // A quarter of the machine's memory.
  static std::int64_t default_cap() {
    return static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 4;
  }

  std::mutex mutex_;
  std::vector<void*> free_[64 * 8 + 16];
  MemoryStats stats_{};
  std::int64_t cap_ = default_cap();
};

BlockPool& pool() {
  static BlockPool* pool = new BlockPool;  // tensors may outlive every destructor of this library
  return *pool;
}

// A storage lies at the head of its own block: one allocation, one cache line.
class Pooled final : public Storage {
 public:
  Pooled(std::byte* data, std::int64_t bytes, const SizeClass& size)
      : Storage(data, bytes), size_(size) {}

 private:
  void dispose() const noexcept override {
    auto* block = const_cast<Pooled*>(this);
    const SizeClass size = size_;
    block->~Pooled();
    pool().give(block, size);
  }
  SizeClass size_;
};
static_assert(sizeof(Pooled) <= alignment);

class Borrowed final : public Storage {
 public:
  Borrowed(void* data, std::int64_t bytes, std::function<void()> done)
      : Storage(static_cast<std::byte*>(data), bytes), done_(std::move(done)) {}
  ~Borrowed() override { done_(); }

 private:
  std::function<void()> done_;
};

// One block a thread; what does not fit is a block of its own until the arena has grown.
struct Arena {
  std::byte* data = nullptr;
  std::int64_t capacity = 0, used = 0, wanted = 0;
  ~Arena() { std::free(data); }
};
thread_local Arena arena;

}  // namespace

Ref<Storage> Storage::allocate(std::int64_t bytes) {
  auto size = size_class(bytes + alignment);
  auto* block = static_cast<std::byte*>(pool().take(size));
  return Ref<Storage>(new (block) Pooled(block + alignment, bytes, size));
}

Ref<Storage> Storage::borrow(void* data, std::int64_t bytes, std::function<void()> done) {
  return Ref<Storage>(new Borrowed(data, bytes, std::move(done)));
}

MemoryStats memory_stats() {
  return pool().stats();
}

void empty_cache() {
  pool().empty();
}

// At least one line, so that an arena in use is never taken for an idle one.
Scratch::Scratch(std::int64_t bytes)
    : bytes_((std::max<std::int64_t>(bytes, 1) + alignment - 1) / alignment * alignment) {
  Arena& a = arena;
  if (a.used == 0 && std::max(a.wanted, bytes_) > a.capacity) {
    std::free(std::exchange(a.data, nullptr));
    a.capacity = 0;
    a.data = static_cast<std::byte*>(system_allocate(std::max(a.wanted, bytes_)));
    a.capacity = std::max(a.wanted, bytes_);
  }
  owned_ = a.used + bytes_ > a.capacity;
  data_ = owned_ ? static_cast<std::byte*>(system_allocate(bytes_)) : a.data + a.used;
  a.used += bytes_;
  a.wanted = std::max(a.wanted, a.used);
}

Scratch::~Scratch() {
  arena.used -= bytes_;
  if (owned_) std::free(data_);
}

}  // namespace deepcore
