#include "base/cpu.h"

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <thread>

#include "base/error.h"

namespace deepcore {
namespace {

int affinity_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

// Hyper-threads share the FMA units, so two of them on one core only disturb each other.
int physical_cores() {
  std::set<std::string> cores;
  const long configured = sysconf(_SC_NPROCESSORS_CONF);
  for (long cpu = 0; cpu < configured; ++cpu) {
    std::ifstream in("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                     "/topology/thread_siblings_list");
    std::string siblings;
    if (!std::getline(in, siblings)) continue;  // switched off
    cores.insert(siblings);
  }
  return cores.empty() ? affinity_cores() : static_cast<int>(cores.size());
}

// Containers are limited in CPU time rather than in CPUs: "quota period" in cgroup v2, two files in
// v1.
int quota_cores() {
  double quota = 0, period = 0;
  if (std::ifstream in("/sys/fs/cgroup/cpu.max"); in >> quota >> period) {
  } else {
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  }
  if (quota <= 0 || period <= 0) return 1 << 20;
  return std::max(1, static_cast<int>(std::ceil(quota / period)));
}

#if defined(__x86_64__)
// LZCNT, MOVBE and F16C, which not every compiler's __builtin_cpu_supports knows. A hypervisor may
// hide them one by one, and LZCNT then computes something else.
bool has_small_v3_extensions() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const bool movbe = c & (1u << 22), f16c = c & (1u << 29);
  return movbe && f16c && __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & (1u << 5));
}
#endif

}  // namespace

int usable_cores() {
  return std::max(1, std::min({affinity_cores(), physical_cores(), quota_cores()}));
}

// __builtin_cpu_supports reads XCR0 too, so a level counts only if the system saves its registers.
std::vector<std::string> supported_levels() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  std::vector<std::string> levels;
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                  __builtin_cpu_supports("popcnt") && has_small_v3_extensions();
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4) levels.push_back("x86-64-v4");
  if (v3) levels.push_back("x86-64-v3");
  levels.push_back("x86-64");
  return levels;
#else
  return {"arm64"};
#endif
}

void* open_symbol(const std::string& path, const char* symbol) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* address = library ? dlsym(library, symbol) : nullptr;
  if (!address) {
    const char* reason = dlerror();
    throw RuntimeError("kernels", "could not open ", path, ": ",
                       reason ? reason : "no reason given", ".");
  }
  return address;
}

std::string library_folder() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&library_folder), &info) || !info.dli_fname) return ".";
  const std::string path = info.dli_fname;
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace deepcore
