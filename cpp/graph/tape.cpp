#include "graph/tape.h"

namespace deepcore {
namespace {

thread_local Tape* capturing = nullptr;
thread_local std::shared_ptr<std::atomic<bool>> alive;  // of that tape; looked at only while one is

void stop_capturing() {
  capturing = nullptr;
  alive = nullptr;
}

}  // namespace

Tape::~Tape() {
  *alive_ = false;
}

Tape* Tape::current() noexcept {
  if (capturing && !*alive) stop_capturing();
  return capturing;
}

void Tape::begin() {
  if (current()) throw RuntimeError("capture", "a capture is already under way on this thread.");
  capturing = this;
  alive = alive_;
}

void Tape::end() {
  if (current() != this) {
    throw RuntimeError("capture", "this tape is not being captured on this thread.");
  }
  stop_capturing();
}

void Tape::add_backward(const Ref<Node>& node, const Gradients& gradients) {
  auto kept = std::make_unique<Gradients>(gradients);
  kept->walk_ = nullptr;
  steps_.push_back({node, std::move(kept)});
}

void Tape::replay() {
  if (current()) {
    throw RuntimeError("replay", "a capture is under way on this thread; end it first.");
  }
  for (const auto& read : readings_) read();
  for (const Step& step : steps_) {
    if (step.gradients) {
      step.node->backward(*step.gradients);
    } else {
      step.node->forward();
    }
  }
}

void refuse_capture(const char* op) {
  if (Tape::current()) {
    throw RuntimeError(op, "the shape of its output depends on values, so it cannot be captured.");
  }
}

}  // namespace deepcore
