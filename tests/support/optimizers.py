"""Every optimizer with options that reach all of its code, and what drives one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop

EVERY: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.1}),
    (Adadelta, {}),
    (RMSprop, {"momentum": 0.5, "centered": True}),
    (RMSprop, {"centered": True}),
    (Adam, {"amsgrad": True, "weight_decay": 0.1}),
    (AdamW, {}),
]
every = pytest.mark.parametrize(
    ("kind", "options"), EVERY, ids=[f"{k.__name__}{o}" for k, o in EVERY]
)


def parameters(dtype: str = "float32", sizes: tuple[int, ...] = (5, 1, 70, 3)) -> list[dc.Tensor]:
    rng = np.random.default_rng(0)
    return [dc.tensor(rng.normal(size=n), dtype=dtype, requires_grad=True) for n in sizes]


def give_gradients(params: list[dc.Tensor], seed: int) -> None:
    rng = np.random.default_rng(seed)
    for p in params:
        p.grad = dc.tensor(rng.normal(size=p.shape), dtype=p.dtype)


def train(optimizer: Optimizer, params: list[dc.Tensor], seeds: range) -> list[np.ndarray]:
    for seed in seeds:
        give_gradients(params, seed)
        optimizer.step()
    return [p.detach().numpy().copy() for p in params]


def assert_same(a: list[np.ndarray], b: list[np.ndarray]) -> None:
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)
