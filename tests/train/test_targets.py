"""Targets that a loss cannot mean are refused, or warned of, before the first step."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.data import DataLoader, Dataset, TensorDataset
from deepcore.nn import functional as F
from support.training import blobs, mlp, same_bits, weights

X, LABELS = blobs(20, classes=3)
TWO = LABELS % 2


def trainer(loss: Any, outputs: int = 1) -> dc.Trainer:
    layers = [mlp(8, outputs)]
    if loss in ("binary_cross_entropy", F.binary_cross_entropy) or isinstance(loss, nn.BCELoss):
        layers.append(nn.Sigmoid())
    model = nn.Sequential(*layers)
    return dc.Trainer(model, loss, dc.optim.SGD(model.parameters(), lr=0.1))


def refuses(task: dc.Trainer, y: Any, kind: type[Exception], text: str) -> None:
    """Every way to bring y is refused, and no weight has moved."""
    before = weights(task.model)
    for call in (
        lambda: task.fit(X, y, verbose=0),
        lambda: task.fit(TensorDataset(X, y), verbose=0),
        lambda: task.fit(DataLoader(TensorDataset(X, y), 4), verbose=0),
        lambda: task.evaluate(X, y),
    ):
        with pytest.raises(kind, match=text):
            call()
    assert same_bits(weights(task.model), before)


class SoftBCE(nn.BCEWithLogitsLoss):
    """A loss of the user's own of a known kind."""


BINARY = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    nn.BCELoss(),
    nn.BCEWithLogitsLoss(),
    SoftBCE(),
    F.binary_cross_entropy,
    F.binary_cross_entropy_with_logits,
]


@pytest.mark.parametrize("loss", BINARY, ids=str)
def test_binary_targets_are_shares(loss: Any) -> None:
    text = r"y must be from 0 to 1 for a binary cross-entropy, got "
    task = trainer(loss)
    refuses(task, 2 * TWO - 1, ValueError, text + r"-1 at row \d+; .* to 0 and 1, .* y == 1\.")
    refuses(task, TWO + 1.0, ValueError, text + r"2 at row \d+; .* to 0 and 1, .* with y == 2\.")
    refuses(task, LABELS[:, None], ValueError, text + r"2 at row \d+; divide by the largest")
    for good in (TWO, TWO[:, None], TWO == 1, 0.2 + 0.6 * TWO):
        assert np.isfinite(task.fit(X, good, verbose=0).history["loss"]).all()


def test_the_function_takes_targets_as_pytorch_does() -> None:
    loss = F.binary_cross_entropy(dc.tensor([0.5]), dc.tensor([2.0]))
    assert loss.item() == pytest.approx(np.log(2))
    with pytest.raises(ValueError, match=r"must hold probabilities in 0 to 1, got 1\.5"):
        F.binary_cross_entropy(dc.tensor([1.5]), dc.tensor([1.0]))


def probabilities() -> Any:
    return np.random.default_rng(0).dirichlet(np.ones(3), 20)


@pytest.mark.parametrize("loss", ["cross_entropy", nn.CrossEntropyLoss(), F.cross_entropy], ids=str)
def test_probabilities_of_classes(loss: Any) -> None:
    task = trainer(loss, 3)
    text = "y must hold probabilities of classes, "
    twice, negative = probabilities(), probabilities()
    twice[7] *= 1.002
    refuses(task, twice, ValueError, text + r"which sum to 1, got a sum of 1\.002 at row 7; div")
    negative[3] = [-0.5, 1.0, 0.5]
    refuses(task, negative, ValueError, text + r"got -0\.5 at row 3; pass class indices \(N,\)")
    near = probabilities()
    near[7] *= 1.0009
    for good in (probabilities(), near, np.eye(3)[LABELS]):
        assert np.isfinite(task.fit(X, good, verbose=0).history["loss"]).all()


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.NLLLoss(ignore_index=1)], ids=str)
def test_one_label_counts(loss: Any) -> None:
    task = trainer(loss, 3)
    ignored = np.full(20, loss.ignore_index)
    refuses(task, ignored, ValueError, rf"label that counts, .* ignore_index={loss.ignore_index},")
    with pytest.raises(ValueError, match=r"\[fit\] y must have a label that counts"):
        task.fit(X, LABELS, validation_data=(X, ignored), verbose=0)
    ignored[3] = 2
    assert np.isfinite(task.fit(X, ignored, verbose=0).history["loss"]).all()


def test_one_class_weight_counts() -> None:
    task = trainer(nn.CrossEntropyLoss(dc.tensor([0.0, 1.0, 1.0])), 3)
    refuses(task, np.zeros(20, np.int64), ValueError, "label that counts, .* or of class weight 0")


def squared(output: dc.Tensor, target: dc.Tensor) -> dc.Tensor:
    return (output - target).square().mean()


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (True, r"\(20,\) and the model's output \(20, 1\): .* pass y\.reshape\(-1, 1\), unless"),
        (False, r"\(20, 1\) and the model's output \(20,\): .* pass y\.reshape\(-1\), unless"),
    ],
)
def test_a_loss_of_ones_own_that_would_broadcast(column: bool, text: str) -> None:
    model = mlp(8, 1) if column else nn.Sequential(mlp(8, 1), nn.Flatten(0))
    task = dc.Trainer(model, squared, dc.optim.SGD(model.parameters(), lr=0.01))
    y = X.sum(1)
    wrong, right = (y, y[:, None]) if column else (y[:, None], y)
    for call in (lambda: task.fit(X, wrong, verbose=0), lambda: task.evaluate(X, wrong)):
        with pytest.warns(UserWarning, match=rf"y has shape {text}") as caught:
            call()
        assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        task.fit(X, right, verbose=0)


def test_the_warning_points_at_the_call() -> None:
    task = trainer(squared)
    with pytest.warns(UserWarning, match="in a loss of your own") as caught:
        task.fit(X, X.sum(1), verbose=0)
    assert caught[0].filename == __file__


def test_other_losses_of_ones_own_are_not_warned_of() -> None:
    def cross_entropy(output: dc.Tensor, target: dc.Tensor) -> dc.Tensor:
        return F.cross_entropy(output, target)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer(cross_entropy, 3).fit(X, LABELS, verbose=0)
        trainer(squared).fit(X[:1], X[:1, 0], verbose=0)


def test_targets_that_come_batch_by_batch() -> None:
    class Late(Dataset[Any]):
        def __len__(self) -> int:
            return 8

        def __getitem__(self, index: int) -> Any:
            return np.ones(8, np.float32), 2.0 if index == 5 else 1.0

    with pytest.raises(ValueError, match=r"y must be from 0 to 1 .*, got 2 at row 1;"):
        trainer("binary_cross_entropy_with_logits").fit(Late(), batch_size=4, shuffle=False)
