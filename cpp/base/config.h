// What this binary was built from and with.
#pragma once

namespace deepcore {

const char* build_version() noexcept;
const char* build_compiler() noexcept;
const char* build_eigen() noexcept;

}  // namespace deepcore
