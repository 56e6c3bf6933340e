"""Loss and metrics are means over samples, and divide by what the loss divides by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from support.training import blobs, mlp


def frozen_trainer(loss: Any, metrics: Any = (), outputs: int = 4) -> dc.Trainer:
    """A trainer whose steps change nothing, so that all batches meet the same weights."""
    model = mlp(8, 16, outputs)
    return dc.Trainer(model, loss, dc.optim.SGD(model.parameters(), lr=0.0), metrics)


def log_probabilities(trainer: dc.Trainer, x: Any) -> Any:
    scores = trainer.predict(x).astype(np.float64)
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


@pytest.mark.parametrize("batch_size", [1, 7, 32, 50])
def test_means_do_not_depend_on_the_batch_size(batch_size: int) -> None:
    x, y = blobs(50)
    trainer = frozen_trainer("cross_entropy", "accuracy")
    history = trainer.fit(x, y, batch_size=batch_size, verbose=0).history
    logs = log_probabilities(trainer, x)
    loss, accuracy = -logs[np.arange(50), y].mean(), (logs.argmax(1) == y).mean()
    assert history["loss"] == [pytest.approx(loss, rel=1e-6)]
    assert history["accuracy"] == [accuracy]
    assert trainer.evaluate(x, y, batch_size=batch_size) == pytest.approx(
        {"loss": loss, "accuracy": accuracy}, rel=1e-6
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignored", [-100, 2])
def test_class_weights_and_ignored_labels(reduction: str, weighted: bool, ignored: int) -> None:
    x, y = blobs(50)
    y[::5] = ignored
    weight = np.array([0.5, 1.0, 2.0, 4.0], np.float32)
    loss = dc.nn.CrossEntropyLoss(
        dc.tensor(weight) if weighted else None, ignore_index=ignored, reduction=reduction
    )
    trainer = frozen_trainer(loss, "accuracy")
    measured = trainer.evaluate(x, y, batch_size=7)
    logs, kept = log_probabilities(trainer, x), y != ignored
    own = weight[y[kept]].astype(np.float64) if weighted else np.ones(kept.sum())
    expected = -(own * logs[kept, y[kept]]).sum() / own.sum()
    assert measured["loss"] == pytest.approx(expected, rel=1e-5)
    assert measured["accuracy"] == (logs.argmax(1) == y)[kept].mean()


def test_probabilities_as_targets() -> None:
    x, y = blobs(50)
    trainer = frozen_trainer("cross_entropy", "accuracy")
    one_hot = trainer.evaluate(x, np.eye(4)[y], batch_size=7)
    assert one_hot == pytest.approx(trainer.evaluate(x, y), rel=1e-6)


def test_accuracy_of_two_classes() -> None:
    x, _ = blobs(50)
    y = (x[:, 0] > 0).astype(np.int64)
    logits = frozen_trainer("binary_cross_entropy_with_logits", "accuracy", outputs=1)
    expected = ((logits.predict(x)[:, 0] > 0) == y).mean()
    assert logits.evaluate(x, y)["accuracy"] == expected
    model = dc.nn.Sequential(logits.model, dc.nn.Sigmoid())
    sgd = dc.optim.SGD(model.parameters(), lr=0.0)
    chances = dc.Trainer(model, "binary_cross_entropy", sgd, "accuracy")
    assert chances.evaluate(x, y)["accuracy"] == expected


def test_accuracy_of_several_labels_counts_each() -> None:
    x, _ = blobs(50)
    y = x[:, :4] > 0
    trainer = frozen_trainer("binary_cross_entropy_with_logits", "accuracy")
    assert trainer.evaluate(x, y)["accuracy"] == ((trainer.predict(x) > 0) == y).mean()


def test_accuracy_of_one_hot_rows_and_squared_error() -> None:
    x, y = blobs(50)
    trainer = frozen_trainer("mse", "accuracy")
    expected = (trainer.predict(x).argmax(1) == y).mean()
    assert trainer.evaluate(x, np.eye(4)[y])["accuracy"] == expected


@pytest.mark.parametrize("batch_size", [7, 50])
def test_errors_of_several_outputs(batch_size: int) -> None:
    x, _ = blobs(50)
    y = x[:, :4]
    trainer = frozen_trainer("mae", ["mae", "mse"])
    difference = (trainer.predict(x) - y).astype(np.float64)
    measured = trainer.evaluate(x, y, batch_size=batch_size)
    assert measured["mae"] == pytest.approx(np.abs(difference).mean(), rel=1e-7)
    assert measured["mse"] == pytest.approx((difference**2).mean(), rel=1e-7)
    assert measured["loss"] == pytest.approx(measured["mae"], rel=1e-6)


def test_functions_as_metrics() -> None:
    def largest(output: Any, target: Any) -> Any:
        assert not output.requires_grad
        return output.numpy().max(1)  # one value a sample

    def mean_label(output: Any, target: Any) -> float:
        return float(target.numpy().mean())

    x, y = blobs(50)
    trainer = frozen_trainer("cross_entropy", {"top": largest, "label": mean_label})
    for measured in (
        trainer.evaluate(x, y, batch_size=7),
        {name: v[0] for name, v in trainer.fit(x, y, verbose=0).history.items()},
    ):
        assert measured["top"] == pytest.approx(trainer.predict(x).max(1).mean(), rel=1e-6)
        assert measured["label"] == pytest.approx(y.mean(), rel=1e-12)
    named = frozen_trainer("cross_entropy", [largest, "accuracy"])
    assert list(named.evaluate(x, y)) == ["loss", "largest", "accuracy"]


def test_a_function_as_loss() -> None:
    x, y = blobs(50)
    given = frozen_trainer(dc.nn.functional.cross_entropy)
    wrapped = frozen_trainer(lambda output, target: dc.nn.CrossEntropyLoss()(output, target))
    expected = frozen_trainer("cross_entropy").evaluate(x, y)
    assert given.evaluate(x, y[:, None]) == expected
    assert wrapped.evaluate(x, y) == expected


@pytest.mark.parametrize(
    ("metrics", "kind", "text"),
    [
        ("acuracy", ValueError, r"metrics must be 'accuracy', 'acc', 'mae', 'mse' or functions of"),
        ([3], TypeError, r"functions of \(output, target\), got 3\."),
        (["mae", "mae"], ValueError, r"names of their own, got 'mae' twice"),
        ({"loss": "mae"}, ValueError, r"names of their own, got 'loss' twice"),
    ],
)
def test_metrics_that_are_none(metrics: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        frozen_trainer("mse", metrics)


@pytest.mark.parametrize("name", ["mae", "mse"])
def test_errors_need_one_shape(name: str) -> None:
    x, y = blobs(50)
    with pytest.raises(ValueError, match=rf"metric '{name}' needs outputs and targets of one"):
        frozen_trainer("cross_entropy", name).evaluate(x, y)


def test_a_batch_without_a_label_that_counts_is_left_out() -> None:
    x, y = blobs(40)
    y[10:20] = -100
    model = mlp(8, 16, 4)
    trainer = dc.Trainer(
        model, "cross_entropy", dc.optim.Adam(model.parameters(), lr=1e-2), ["accuracy"]
    )
    history = trainer.fit(x, y, batch_size=10, shuffle=False, verbose=0).history
    assert np.isfinite([history["loss"][0], *trainer.evaluate(x, y, batch_size=10).values()]).all()
    assert all(np.isfinite(p.detach().numpy()).all() for p in model.parameters())


def test_accuracy_measures_no_regression() -> None:
    x, _ = blobs(40)
    trainer = frozen_trainer("mse", "accuracy", 1)
    with pytest.raises(ValueError, match=r"needs class indices or targets of 0 and 1, got other"):
        trainer.fit(x, np.full((40, 1), 2.5), verbose=0)
    assert trainer.fit(x, np.arange(40.0) % 2, verbose=0).epoch == [1]


def test_a_loss_is_asked_anew_for_its_weights() -> None:
    x, y = blobs(40)
    loss = dc.nn.CrossEntropyLoss()
    trainer = frozen_trainer(loss, "accuracy")
    weight = dc.tensor([0.0, 1.0, 2.0, 4.0])
    loss.weight, loss.ignore_index = weight, 3
    expected = frozen_trainer(dc.nn.CrossEntropyLoss(weight, ignore_index=3), "accuracy")
    assert trainer.evaluate(x, y, batch_size=7) == expected.evaluate(x, y, batch_size=7)
