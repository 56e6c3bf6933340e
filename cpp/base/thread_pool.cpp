#include "base/thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace deepcore {
namespace {

class Pool {
 public:
  void run(int pieces, void (*function)(void*, int), void* context) {
    {
      std::lock_guard lock(mutex_);
      for (; workers_ < pieces - 1; ++workers_) std::thread([this] { work(); }).detach();
      function_ = function;
      context_ = context;
      pieces_ = pieces;
      next_ = 0;
      open_ = pieces;
    }
    wake_.notify_all();
    while (take()) {
    }
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return open_ == 0; });
  }

  std::mutex& turn() { return turn_; }

 private:
  bool take() {
    std::unique_lock lock(mutex_);
    if (next_ >= pieces_) return false;
    const int piece = next_++;
    lock.unlock();
    function_(context_, piece);
    lock.lock();
    if (--open_ == 0) done_.notify_all();
    return true;
  }
  void work() {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return next_ < pieces_; });
      }
      take();
    }
  }

  std::mutex turn_, mutex_;
  std::condition_variable wake_, done_;
  int workers_ = 0, pieces_ = 0, next_ = 0, open_ = 0;
  void (*function_)(void*, int) = nullptr;
  void* context_ = nullptr;
};

}  // namespace

void pool_run(int pieces, void (*function)(void*, int), void* context) {
  // Never destroyed: its threads outlive main, and a destructor would have to stop them at exit.
  static Pool* pool = new Pool;
  std::unique_lock turn(pool->turn(), std::try_to_lock);
  if (!turn) {
    for (int piece = 0; piece < pieces; ++piece) function(context, piece);
    return;
  }
  pool->run(pieces, function, context);
}

}  // namespace deepcore
