"""JAX: one jit of loss, gradients and optax.adam; all that a step changes is donated."""

import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..cases.classifier import Classifier
from .jax_net import JaxNet, arrange_images, arrange_state


class Training:
    """Trains a classifier, and runs it forward in a jit of its own.

    A step ends when its results are there, as in eager frameworks. With `ahead`, steps are only
    dispatched and the last one is awaited: what a loop gains that never looks at its loss. (It
    would be no measure of inference: batches that do not depend on each other overlap.)
    """

    def __init__(self, case: Classifier, layout: str, ahead: bool) -> None:
        x, y = case.batch()
        self.case, self.layout = case, layout
        self.initial = arrange_state(case, layout)
        self.x = jnp.asarray(arrange_images(x, layout))
        self.y = jnp.asarray(y, dtype=jnp.int32)
        self.adam = optax.adam(1e-3)
        self.forward = jax.jit(self._forward)
        self.update = jax.jit(self._update, donate_argnums=(0, 1, 2))
        self.tasks = {"train": self.train_ahead if ahead else self.train, "infer": self.infer}

    def _forward(self, state: Any, buffers: Any, x: Any) -> Any:
        return self.case.apply(JaxNet(state, buffers, self.layout, training=False), x)

    def _update(self, state: Any, moments: Any, buffers: Any, x: Any, y: Any) -> Any:
        def mean_loss(state: Any) -> Any:
            net = JaxNet(state, buffers, self.layout, training=True)
            scores = self.case.apply(net, x)
            if self.case.loss == "NLLLoss":
                return -jnp.take_along_axis(scores, y[:, None], 1).mean(), net.changed
            losses = optax.softmax_cross_entropy_with_integer_labels(scores, y)
            return losses.mean(), net.changed

        (loss, buffers), gradients = jax.value_and_grad(mean_loss, has_aux=True)(state)
        updates, moments = self.adam.update(gradients, moments, state)
        return optax.apply_updates(state, updates), moments, buffers, loss

    def restart(self, dropout: bool = True) -> None:
        self.state, self.buffers = (
            {key: jnp.array(array) for key, array in arrays.items()} for arrays in self.initial
        )
        if dropout and self.case.dropout:
            self.buffers["key"] = jax.random.key(0)
        self.moments = self.adam.init(self.state)
        jax.block_until_ready((self.state, self.moments, self.buffers))

    def step(self) -> Any:
        self.state, self.moments, self.buffers, loss = self.update(
            self.state, self.moments, self.buffers, self.x, self.y
        )
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
            self.forward(self.state, self.buffers, self.x).block_until_ready()

    def evidence(self, steps: int) -> dict[str, list[float]]:
        self.restart(dropout=False)
        scores = np.asarray(self.forward(self.state, self.buffers, self.x))
        infer = np.linalg.norm(scores, axis=0).tolist()
        losses = [float(self.step()) for _ in range(steps)]
        statistics = np.linalg.norm([np.linalg.norm(buffer) for buffer in self.buffers.values()])
        return {"train": [*losses, float(statistics)], "infer": infer}


class Side:
    """Images lie with their channels last, as XLA prefers, or with `channels_first`."""

    def __init__(self, threads: int, ahead: bool = False, channels_first: bool = False) -> None:
        assert len(os.sched_getaffinity(0)) == threads  # the only limit that XLA keeps to
        self.ahead, self.channels_first = ahead, channels_first

    def about(self) -> list[str]:
        cpus = len(os.sched_getaffinity(0))
        return [f"jax {jax.__version__}", f"optax {optax.__version__}", f"on {cpus} CPUs"]

    def classifier(self, case: Classifier) -> Training | None:
        if case.lengths is not None or (self.channels_first and not case.images):
            return None
        return Training(case, "NCHW" if self.channels_first else "NHWC", self.ahead)
