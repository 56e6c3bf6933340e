// How many threads a parallel region may use: the process's number, and the calling thread's own.
#pragma once

namespace deepcore {

// DEEPCORE_NUM_THREADS, else OMP_NUM_THREADS, else usable_cores(), until set.
void set_num_threads(int n);

// ValueError if DEEPCORE_NUM_THREADS holds something else than a number of threads.
void check_threads_of_environment();

// The calling thread's own number; 0 takes the process's again. Returns the one before.
int set_local_threads(int n);

// "OpenMP" or "std::thread".
const char* threading_layer() noexcept;

}  // namespace deepcore
