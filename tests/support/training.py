"""Small networks and data that the tests of training share."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import deepcore as dc


def blobs(samples: int, features: int = 8, classes: int = 4) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points around one centre a class: float32 rows and int64 labels."""
    random = np.random.default_rng(0)
    y = random.integers(0, classes, samples)
    centres = 2 * random.standard_normal((classes, features))
    x = centres[y] + random.standard_normal((samples, features))
    return x.astype(np.float32), y


def mlp(*sizes: int, seed: int = 0) -> dc.nn.Sequential:
    """A dense network with ReLU between its layers, the same for the same seed."""
    dc.manual_seed(seed)
    layers: list[dc.nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [dc.nn.Linear(inputs, outputs), dc.nn.ReLU()]
    return dc.nn.Sequential(*layers[:-1])


def classifier(metrics: Any = ("accuracy",), lr: float = 1e-2) -> dc.Trainer:
    """A trainer of an 8-16-4 network."""
    model = mlp(8, 16, 4)
    return dc.Trainer(model, "cross_entropy", dc.optim.Adam(model.parameters(), lr=lr), metrics)


def weights(model: dc.nn.Module) -> list[NDArray[Any]]:
    """Copies of all parameters."""
    return [p.detach().numpy().copy() for p in model.parameters()]


def same_bits(one: list[NDArray[Any]], other: list[NDArray[Any]]) -> bool:
    """Whether two lists of arrays agree bit for bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))
