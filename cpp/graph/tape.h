// The tape: the steps of one run, kept with every buffer they use, so that they can run again on
// new values: without Python but for reading the optimizers' options, and without allocations.
//
// It exists only while something is being captured, one a thread. Ops put their nodes on it as they
// run; the backward walk puts each node's backward with the buffers it resolved.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "graph/gradients.h"

namespace deepcore {

class Tape : public RefCounted {
 public:
  // A capture that an exception left open ends with its tape.
  ~Tape() override;

  // The tape this thread is capturing to, or nullptr.
  static Tape* current() noexcept;

  void begin();
  void end();
  void replay();
  int steps() const noexcept { return static_cast<int>(steps_.size()); }

  void add_forward(const Ref<Node>& node) { steps_.push_back({node, nullptr}); }
  void add_backward(const Ref<Node>& node, const Gradients& gradients);
  // Called at the beginning of every replay: what a step reads from outside is read there.
  void before_replay(std::function<void()> read) { readings_.push_back(std::move(read)); }
  void keep(const Ref<Storage>& storage) { kept_.push_back(storage); }

 private:
  struct Step {
    Ref<Node> node;
    std::unique_ptr<Gradients> gradients;  // none for a forward step
  };
  // Outlives the tape in the thread that captures: it may die in another one.
  const std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::vector<Step> steps_;
  std::vector<Ref<Storage>> kept_;
  std::vector<std::function<void()>> readings_;
};

// For ops whose output's shape depends on values: they cannot be replayed on others.
void refuse_capture(const char* op);

}  // namespace deepcore
