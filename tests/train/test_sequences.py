"""Sequences in a Trainer: tokens of any width, and samples that are no steps."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


class Reader(nn.Module):
    """A recurrent layer and a score for each of its steps, or for the last."""

    def __init__(self, layer: nn.Module, last: bool = True) -> None:
        super().__init__()
        self.layer, self.last = layer, last
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        output, _ = self.layer(x)
        return self.fc(output[:, -1] if self.last else output)


class TimeFirst(Reader):
    """The same of a layer whose first axis is the time, which the model sees to."""

    def forward(self, x: Any) -> Any:
        output, _ = self.layer(x.transpose(0, 1))
        return self.fc(output[-1])


def trainer(model: nn.Module) -> dc.Trainer:
    return dc.Trainer(model, "cross_entropy", dc.optim.SGD(model.parameters(), lr=0.1))


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64, np.bool_])
def test_tokens_of_any_width(kind: Any) -> None:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(21, 2))
    x = np.ones((6, 7), kind)
    trainer(model).fit(x, np.zeros(6, int), verbose=0)
    np.testing.assert_array_equal(
        trainer(model).predict(x), model(dc.ones(6, 7, dtype=dc.int64)).detach().numpy()
    )


def test_tokens_beyond_the_table() -> None:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(21, 2))
    with pytest.raises(IndexError, match=r"\[embedding\] input must .* got 9"):
        trainer(model).predict(np.full((6, 7), 9, np.uint8))


AS_STEPS = "must get the samples of x as a batch, got them as the steps of a sequence,"
CASES: list[tuple[nn.Module, tuple[int, ...], str]] = [
    (
        Reader(nn.LSTM(8, 4), last=False),
        (6, 8),
        f"LSTM {AS_STEPS} (1, 8) for one row of x, (6, 8); give x the shape (N, steps, 8).",
    ),
    (
        Reader(nn.GRU(1, 4, batch_first=True)),
        (6, 8),
        f"GRU {AS_STEPS} (1, 8) for one row of x, (6, 8); give x the shape (N, steps, 1).",
    ),
    (
        nn.Sequential(nn.Flatten(), Reader(nn.GRU(8, 4))),
        (6, 2, 4),
        f"GRU {AS_STEPS} (1, 8) for one row of x, (6, 2, 4); give x an axis of steps.",
    ),
    (
        Reader(nn.RNN(8, 4)),
        (6, 7, 8),
        f"RNN {AS_STEPS} (1, 7, 8) for one row of x, (6, 7, 8); make it with batch_first=True.",
    ),
]


@pytest.mark.parametrize(("model", "shape", "text"), CASES)
def test_samples_are_no_steps(model: nn.Module, shape: tuple[int, ...], text: str) -> None:
    x, y = np.ones(shape, np.float32), np.zeros(6, int)
    task = trainer(model)
    calls = {
        "fit": lambda: task.fit(x, y, verbose=0),
        "evaluate": lambda: task.evaluate(x, y),
        "predict": lambda: task.predict(x),
    }
    for name, call in calls.items():
        with pytest.raises(ValueError, match=f"^{re.escape(f'[{name}] {text}')}$"):
            call()


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize(
    "model", [Reader(nn.LSTM(8, 4, batch_first=True)), TimeFirst(nn.LSTM(8, 4))]
)
def test_sequences_of_any_number_of_steps(model: nn.Module, steps: int) -> None:
    x = np.random.default_rng(0).standard_normal((6, steps, 8)).astype(np.float32)
    task = trainer(model)
    task.fit(x, np.zeros(6, int), verbose=0)
    np.testing.assert_array_equal(task.predict(x, batch_size=1), task.predict(x))


@pytest.mark.parametrize(
    ("model", "shape", "hint"),
    [
        (
            Reader(nn.LSTM(8, 4, batch_first=True), last=False),
            (7, 8),
            "the model gives (N, 7, 2) and classes are axis 1: return output.transpose(1, 2).",
        ),
        (
            nn.Linear(8, 2),
            (3, 5, 8),
            "the model gives (N, 3, 5, 2) and classes are axis 1: return output.permute(0, 3, 1, "
            "2).",
        ),
    ],
)
def test_classes_are_axis_1(model: nn.Module, shape: tuple[int, ...], hint: str) -> None:
    x, y = np.ones((6, *shape), np.float32), np.zeros((6, *shape[:-1]), int)
    with pytest.raises(ValueError, match=re.escape(hint)):
        trainer(model).fit(x, y, verbose=0)


def test_classes_turned_to_axis_1() -> None:
    class Tagger(Reader):
        def forward(self, x: Any) -> Any:
            return super().forward(x).transpose(1, 2)

    task = trainer(Tagger(nn.LSTM(8, 4, batch_first=True), last=False))
    history = task.fit(np.ones((6, 7, 8)), np.zeros((6, 7), int), verbose=0)
    assert history.epoch == [1]
