// The std::thread pool behind parallel_for where OpenMP is switched off.
#pragma once

namespace deepcore {

// Runs function(context, piece) for every piece in 0 ... pieces - 1, the calling thread among them.
// When another thread is using the pool, the caller runs all pieces itself.
void pool_run(int pieces, void (*function)(void* context, int piece), void* context);

}  // namespace deepcore
