"""A training run as a function, and as a command: python -m support.steps FILE.npz."""

from __future__ import annotations

import sys

import numpy as np

import deepcore as dc
from deepcore import nn, optim

ACTIVATIONS = (nn.ReLU, nn.Tanh, nn.GELU)


def network(width: int = 160) -> nn.Sequential:
    dc.manual_seed(0)
    layers: list[nn.Module] = []
    for n, activation in zip((96, width, width), ACTIVATIONS, strict=True):
        layers += [nn.Linear(n, width), activation()]
    return nn.Sequential(*layers, nn.Dropout(0.1), nn.Linear(width, 10))


def batch(seed: int, rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, 96)).astype(np.float32), rng.integers(0, 10, rows)


def trained(steps: int) -> list[np.ndarray]:
    """The weights after some steps on batches large enough for several threads."""
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    loss_of = nn.CrossEntropyLoss()
    for step in range(steps):
        x, labels = batch(step % 7)
        optimizer.zero_grad()
        loss_of(model(dc.tensor(x)), dc.tensor(labels)).backward()
        optimizer.step()
    return [p.detach().numpy().copy() for p in model.parameters()]


if __name__ == "__main__":
    np.savez(sys.argv[1], *trained(100))
