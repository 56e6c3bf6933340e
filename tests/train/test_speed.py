"""What Trainer.fit costs beside the loop by hand."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

import deepcore as dc
from deepcore.data import DataLoader, TensorDataset
from support.training import blobs, mlp

SIZES = (64, 128, 64, 10)
X, Y = blobs(1437, 64, 10)  # the last of 45 batches has 29


def by_hand() -> dc.nn.Module:
    model = mlp(*SIZES)
    adam = dc.optim.Adam(model.parameters(), lr=1e-3)
    loss_of = dc.nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(X, Y), 32, shuffle=True)
    for _ in range(2):
        for x, y in loader:
            adam.zero_grad()
            loss_of(model(x), y).backward()
            adam.step()
    return model


def by_trainer() -> dc.nn.Module:
    model = mlp(*SIZES)
    adam = dc.optim.Adam(model.parameters(), lr=1e-3)
    dc.Trainer(model, "cross_entropy", adam).fit(X, Y, epochs=2, verbose=0)
    return model


def seconds(function: Callable[[], Any]) -> float:
    start = perf_counter()
    function()
    return perf_counter() - start


@pytest.mark.slow
def test_fit_takes_at_most_a_fifth_more_than_the_loop_by_hand() -> None:
    with dc.threads(1):
        pairs = [(seconds(by_hand), seconds(by_trainer)) for _ in range(150)]
    # The fastest of each, in turn: other programs only ever add time.
    hand, trainer = (min(times) for times in zip(*pairs, strict=True))
    assert trainer <= 1.2 * hand, f"{trainer / hand:.2f} times"
