// What this processor and operating system offer: the kernel level, the number of threads.
#pragma once

#include <string>
#include <vector>

namespace deepcore {

// The levels this processor *and* operating system can run, widest first.
std::vector<std::string> supported_levels();

// The least of the affinity mask, the cgroup quota and the physical cores.
int usable_cores();

// A shared object opened by path, and one function in it; throws RuntimeError with the reason.
void* open_symbol(const std::string& path, const char* symbol);

// The folder of the binary that holds this function: where the kernel libraries lie.
std::string library_folder();

}  // namespace deepcore
