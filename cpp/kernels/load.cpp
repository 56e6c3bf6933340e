// Chooses and opens the kernels of a level; compiled into the core, not into the levels.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/cpu.h"
#include "base/error.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

const Kernels* chosen = nullptr;

std::string path_of(const std::string& folder, std::string level) {
  std::replace(level.begin(), level.end(), '-', '_');
  return folder + "/_kernels_" + level + ".so";
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? "none" : text;
}

}  // namespace

const Kernels& kernels() noexcept {
  return *chosen;
}

std::vector<std::string> installed_levels(const std::string& folder) {
  std::vector<std::string> levels;
  for (const char* level : {"x86-64-v4", "x86-64-v3", "x86-64", "arm64"}) {
    if (std::ifstream(path_of(folder, level)).good()) levels.push_back(level);
  }
  return levels;
}

const Kernels& open_kernels(const std::string& folder, const std::string& level) {
  const auto supported = supported_levels();
  if (std::find(supported.begin(), supported.end(), level) == supported.end()) {
    throw RuntimeError("kernels", "this processor or operating system cannot run level '", level,
                       "', only ", join(supported), "; unset DEEPCORE_ISA or choose one of them.");
  }
  static const Host host = {&parallel_run, &num_threads};
  using Entry = const Kernels* (*)(const Host*);
  const auto entry =
      reinterpret_cast<Entry>(open_symbol(path_of(folder, level), "deepcore_kernels"));
  const Kernels& table = *entry(&host);
  if (table.size != sizeof(Kernels)) {
    throw RuntimeError("kernels", path_of(folder, level),
                       " is of another build; delete it and install the package again.");
  }
  return table;
}

void choose_kernels(const std::string& folder) {
  const auto installed = installed_levels(folder);
  if (const char* wanted = std::getenv("DEEPCORE_ISA"); wanted && *wanted) {
    if (std::find(installed.begin(), installed.end(), wanted) == installed.end()) {
      throw RuntimeError("kernels", "DEEPCORE_ISA must be one of the levels that are installed (",
                         join(installed), "), got '", wanted, "'.");
    }
    chosen = &open_kernels(folder, wanted);
    return;
  }
  for (const auto& level : supported_levels()) {
    if (std::find(installed.begin(), installed.end(), level) != installed.end()) {
      chosen = &open_kernels(folder, level);
      return;
    }
  }
  throw RuntimeError("kernels", "no kernels for this processor: it runs ", join(supported_levels()),
                     "; installed in ", folder, " are ", join(installed), ".");
}

}  // namespace deepcore
