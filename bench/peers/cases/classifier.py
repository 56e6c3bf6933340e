"""A net trained as a classifier: what the sides ask of every such case."""

from typing import Any, Protocol

import numpy as np

Arrays = dict[str, np.ndarray]


class Classifier(Protocol):
    """One batch, mean cross-entropy on class indices, Adam at 1e-3.

    The net is written twice: `module` in PyTorch's words, which are deepcore's too, and `apply` as
    a function of a state dict for JAX. Both start from `state()`, with PyTorch's state-dict keys.
    """

    kind: str = "classifier"
    name: str
    bars: dict[str, float]

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the float32 inputs and the int64 class indices."""

    def state(self) -> Arrays:
        """Return the initial parameters."""

    def module(self, nn: Any) -> Any:
        """Build the net from `torch.nn` or `deepcore.nn`."""

    def apply(self, state: Any, x: Any) -> Any:
        """Compute the class scores with JAX arrays."""
