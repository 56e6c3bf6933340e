// An array of a size known when it is made, in place when it is short: most nodes have at most
// three inputs, and making one should not allocate twice.
#pragma once

#include <cstddef>
#include <memory>

namespace deepcore {

template <class T, std::size_t Short>
class SmallArray {
 public:
  SmallArray() = default;
  explicit SmallArray(std::size_t size)
      : size_(size), long_(size > Short ? new T[size] : nullptr) {}
  SmallArray(const SmallArray& other) : SmallArray(other.size_) {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i] = other[i];
  }
  SmallArray& operator=(const SmallArray&) = delete;

  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return begin()[i]; }
  const T& operator[](std::size_t i) const noexcept { return begin()[i]; }

 private:
  T* begin() noexcept { return long_ ? long_.get() : short_; }
  const T* begin() const noexcept { return long_ ? long_.get() : short_; }

  std::size_t size_ = 0;
  T short_[Short] = {};
  std::unique_ptr<T[]> long_;
};

}  // namespace deepcore
