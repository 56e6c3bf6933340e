"""A net trained as a classifier: what the sides ask of every such case."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

Arrays = dict[str, np.ndarray]


class Classifier(Protocol):
    """One batch, a mean loss on class indices, Adam at 1e-3.

    The net is written twice: `module` in PyTorch's words, which are deepcore's too, and `apply` in
    those of sides/jax_net.py. Both start from `state()`, with PyTorch's state-dict keys.
    """

    kind: str = "classifier"
    name: str
    bars: Mapping[str, float]
    loss: str = "CrossEntropyLoss"  # or NLLLoss, of a net that ends in a log-softmax
    images: bool = False  # whether it computes on images, for which libraries have two layouts
    dropout: float = 0.0  # or the largest share that a training step drops
    lengths: np.ndarray | None = None  # of the sequences of a batch, if they differ
    # Of losses that sides must agree on; more where float32 and float64 of one library differ so.
    tolerance: float = 1e-4
    # Dense weights that take images, and (C, H, W) of those.
    flattened: Mapping[str, tuple[int, int, int]] = MappingProxyType({})

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the float32 inputs and the int64 class indices."""

    def state(self) -> Arrays:
        """Return the initial parameters and buffers."""

    def module(self, lib: Any) -> Any:
        """Build the net from `torch` or `deepcore`."""

    def apply(self, net: Any, x: Any) -> Any:
        """Compute the class scores with the layers of a JaxNet."""
