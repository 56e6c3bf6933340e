#include "base/config.h"

namespace deepcore {

const char* build_version() noexcept {
  return DEEPCORE_VERSION;
}

const char* build_compiler() noexcept {
#if defined(__clang__)
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

const char* build_eigen() noexcept {
  return DEEPCORE_EIGEN_VERSION;
}

}  // namespace deepcore
