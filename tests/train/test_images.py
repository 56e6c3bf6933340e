"""What training says of images that lie otherwise, and of networks that give more than scores."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn

Outputs = namedtuple("Outputs", ["logits", "aux"])


class Headed(nn.Module):
    """Two tensors in training, one in eval mode, as GoogLeNet."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        scores = self.fc(x)
        return Outputs(scores, scores) if self.training else scores


def trainer(model: nn.Module, loss: Any = "cross_entropy", metrics: Any = None) -> dc.Trainer:
    return dc.Trainer(model, loss, dc.optim.SGD(model.parameters(), lr=0.1), metrics)


def network(*middle: nn.Module) -> dc.Trainer:
    return trainer(nn.Sequential(nn.Conv2d(1, 2, 3), *middle, nn.Flatten(), nn.Linear(72, 3)))


def told(error: BaseException) -> str:
    return "\n".join([str(error), *getattr(error, "__notes__", [])])


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_a_missing_axis_of_channels_is_named(kind: Any) -> None:
    x, y = np.zeros((4, 8, 8), kind), np.zeros(4, np.int64)
    task = network()
    text = (
        r"must have shape \(N, C, H, W\) for Conv2d, got \(4, 8, 8\); x has no channel axis: "
        r"x\[:, None\] gives \(4, 1, 8, 8\)\.$"
    )
    for call in (
        lambda: task.fit(x, y, verbose=0),
        lambda: task.evaluate(x, y),
        lambda: task.predict(x),
    ):
        with pytest.raises(ValueError, match=text):
            call()
    assert task.predict(x[:, None]).shape == (4, 3)


def test_an_axis_of_channels_is_no_remedy_for_a_model_of_three() -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(72, 3))
    with pytest.raises(ValueError, match=r"\[conv2d\]") as caught:
        trainer(model).predict(np.zeros((4, 8, 8), np.float32))
    assert "[predict] x has shape (4, 8, 8); its first row was tried" in told(caught.value)


def test_a_last_batch_of_one_sample_is_named() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    with pytest.raises(ValueError, match="more than one value per channel") as caught:
        trainer(model).fit(np.ones((5, 4)), np.zeros(5, int), batch_size=4, verbose=0)
    assert "the last batch has 1 of 5 samples; another batch_size, or a" in told(caught.value)


def test_a_model_of_several_heads() -> None:
    x, y = np.ones((4, 4), np.float32), np.zeros(4, np.int64)
    text = r"needs a model that gives one tensor, got Outputs\(logits, aux\) .* aux_logits=False"
    with pytest.raises(TypeError, match=text):
        trainer(Headed()).fit(x, y, verbose=0)

    def loss(output: Any, target: Any) -> Any:
        output = output if isinstance(output, tuple) else (output,)
        return sum(nn.functional.cross_entropy(scores, target) for scores in output)

    task = trainer(Headed(), loss, ["accuracy"])
    assert 0 <= task.fit(x, y, verbose=0).history["accuracy"][0] <= 1


@pytest.mark.parametrize("name", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_names_that_keras_has(name: str) -> None:
    with pytest.raises(ValueError, match=r"did you mean 'cross_entropy'\?"):
        trainer(nn.Linear(1, 1), name)


def test_bytes_are_warned_of_once() -> None:
    x, y = np.full((4, 1, 8, 8), 200, np.uint8), np.zeros(4, np.int64)
    with pytest.warns(UserWarning, match=r"x is uint8 with values up to 200, .* x / 255 is") as all:
        network().fit(x, y, epochs=2, validation_data=(x, y), verbose=0)
    assert len(all) == 1
    assert all[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network().fit(x // 200, y, verbose=0)


def test_scores_for_each_place_are_no_scores_for_each_image() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(6, 3))
    with pytest.raises(ValueError, match=r"got int64 \(4,\); .* is nn\.Flatten\(\) missing before"):
        trainer(model).fit(np.zeros((4, 1, 8, 8)), np.full(4, 2), verbose=0)


def test_one_hot_integers() -> None:
    with pytest.raises(
        ValueError, match=r"of one-hot rows pass y\.argmax\(1\), or make them floats"
    ):
        trainer(nn.Linear(4, 3)).fit(np.zeros((3, 4)), np.eye(3, dtype=int), verbose=0)
