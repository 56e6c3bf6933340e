#include "base/parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <utility>

#include "base/cpu.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "base/threads.h"
#ifdef DEEPCORE_OPENMP
#include <omp.h>
#endif

namespace deepcore {
namespace {

// In a forked child the parent's workers do not exist, and libgomp would wait for them for ever.
std::atomic<bool> forked{false};
const int at_fork = pthread_atfork(nullptr, nullptr, [] { forked = true; });

#ifdef DEEPCORE_OPENMP
// libomp reads the environment at the first call, not when it is loaded: this is the first.
const int at_load = omp_get_num_procs();
#endif

thread_local bool in_region = false;
thread_local int local_threads = 0;

constexpr int most_threads = 4096;

// 0 if the variable is not set, or has no number in range before `end`.
int threads_of(const char* variable, char end = 0) {
  const char* text = std::getenv(variable);
  if (!text) return 0;
  char* rest = nullptr;
  const long n = std::strtol(text, &rest, 10);
  return rest != text && (!*rest || *rest == end) && n > 0 && n <= most_threads
             ? static_cast<int>(n)
             : 0;
}

std::atomic<int>& process_threads() {
  static std::atomic<int> n = [] {
    if (const int threads = threads_of("DEEPCORE_NUM_THREADS")) return threads;
    if (const int threads = threads_of("OMP_NUM_THREADS", ',')) return threads;  // such as "4,2"
    return usable_cores();
  }();
  return n;
}

// One piece of the range, with what it throws kept for the caller.
class Region {
 public:
  Region(std::int64_t n, int pieces, RangeFunction function, const void* body)
      : n_(n), pieces_(pieces), function_(function), body_(body) {}

  void run(int piece) noexcept {
    in_region = true;
    try {
      const auto begin = n_ * piece / pieces_, end = n_ * (piece + 1) / pieces_;
      if (begin < end) function_(body_, begin, end);
    } catch (...) {
      std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
    }
    in_region = false;
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  std::int64_t n_;
  int pieces_;
  RangeFunction function_;
  const void* body_;
  std::mutex mutex_;
  std::exception_ptr thrown_;
};

}  // namespace

const char* threading_layer() noexcept {
#ifdef DEEPCORE_OPENMP
  return "OpenMP";
#else
  return "std::thread";
#endif
}

void check_threads_of_environment() {
  const char* text = std::getenv("DEEPCORE_NUM_THREADS");
  if (text && *text && !threads_of("DEEPCORE_NUM_THREADS")) {
    throw ValueError("threads", "DEEPCORE_NUM_THREADS must be a whole number from 1 to ",
                     most_threads, ", got '", text, "'.");
  }
}

int num_threads() noexcept {
  return local_threads ? local_threads : process_threads().load();
}

void set_num_threads(int n) {
  if (n < 1 || n > most_threads) {
    throw ValueError("set_num_threads", "n must be in 1 to ", most_threads, ", got ", n, ".");
  }
  process_threads() = n;
}

int set_local_threads(int n) {
  if (n < 0 || n > most_threads)
    throw ValueError("threads", "n must be in 1 to ", most_threads, ", got ", n, ".");
  return std::exchange(local_threads, n);
}

void parallel_run(std::int64_t n, std::int64_t grain, RangeFunction function, const void* body) {
  const auto most = std::min<std::int64_t>(num_threads(), n / std::max<std::int64_t>(grain, 1));
  if (most <= 1 || in_region || forked) return function(body, 0, n);
  const int pieces = static_cast<int>(most);
  Region region(n, pieces, function, body);
#ifdef DEEPCORE_OPENMP
  // Pieces, not threads, decide what is computed: OpenMP may give fewer threads than asked for.
#pragma omp parallel for num_threads(pieces) schedule(static, 1)
  for (int piece = 0; piece < pieces; ++piece) region.run(piece);
#else
  pool_run(
      pieces, [](void* r, int piece) { static_cast<Region*>(r)->run(piece); }, &region);
#endif
  region.rethrow();
}

}  // namespace deepcore
