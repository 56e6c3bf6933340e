"""JAX: one jit of loss, gradients and optax.adam; parameters and optimizer state are donated."""

import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..cases.classifier import Classifier


class Training:
    """Trains a classifier, and runs it forward in a jit of its own.

    A step ends when its results are there, as in eager frameworks. With `ahead`, steps are only
    dispatched and the last one is awaited: what a loop gains that never looks at its loss. (It
    would be no measure of inference: batches that do not depend on each other overlap.)
    """

    def __init__(self, case: Classifier, ahead: bool) -> None:
        x, y = case.batch()
        self.initial = case.state()
        self.x, self.y = jnp.asarray(x), jnp.asarray(y, dtype=jnp.int32)
        self.adam = optax.adam(1e-3)
        self.apply = case.apply
        self.forward = jax.jit(case.apply)
        self.update = jax.jit(self._update, donate_argnums=(0, 1))
        self.tasks = {"train": self.train_ahead if ahead else self.train, "infer": self.infer}

    def _update(self, state: Any, moments: Any, x: Any, y: Any) -> Any:
        def mean_loss(state: Any) -> Any:
            scores = self.apply(state, x)
            return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()

        loss, gradients = jax.value_and_grad(mean_loss)(state)
        updates, moments = self.adam.update(gradients, moments, state)
        return optax.apply_updates(state, updates), moments, loss

    def restart(self) -> None:
        self.state = {key: jnp.array(array) for key, array in self.initial.items()}
        self.moments = self.adam.init(self.state)
        jax.block_until_ready((self.state, self.moments))

    def step(self) -> Any:
        self.state, self.moments, loss = self.update(self.state, self.moments, self.x, self.y)
        return loss

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
            jax.block_until_ready(self.state)

    def train_ahead(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
        jax.block_until_ready(self.state)

    def infer(self, steps: int) -> None:
        for _ in range(steps):
            self.forward(self.state, self.x).block_until_ready()

    def evidence(self, steps: int) -> dict[str, list[float]]:
        self.restart()
        scores = np.asarray(self.forward(self.state, self.x))
        losses = [float(self.step()) for _ in range(steps)]
        return {"train": losses, "infer": np.linalg.norm(scores, axis=0).tolist()}


class Side:
    def __init__(self, threads: int, ahead: bool = False) -> None:
        assert len(os.sched_getaffinity(0)) == threads  # the only limit that XLA keeps to
        self.ahead = ahead

    def about(self) -> list[str]:
        cpus = len(os.sched_getaffinity(0))
        return [f"jax {jax.__version__}", f"optax {optax.__version__}", f"on {cpus} CPUs"]

    def classifier(self, case: Classifier) -> Training:
        return Training(case, self.ahead)
