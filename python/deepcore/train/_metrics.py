"""Metrics, and the means of loss and metrics over the samples of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .._core import Tensor
from .._names import closest_hint
from .._notes import add_note
from ._objective import Objective

Array = NDArray[Any]
# Gives a batch's sum and the weight to divide sums by.
Metric = Callable[[Tensor, Tensor], tuple[float, float]]


class Accuracy:
    """The share of right guesses.

    Class indices (N, …) are compared with the best score along axis 1 of the output (N, C, …);
    ignored ones do not count. Other targets have the output's shape: 0 or 1 is compared with the
    output above or below the loss's threshold (0 for logits, ½ otherwise), and rows of more than
    one class, unless the loss takes each element for itself, by their largest elements.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective

    def __call__(self, output: Tensor, target: Tensor) -> tuple[float, float]:
        ignore_index, threshold = self._objective.ignore_index, self._objective.threshold
        guesses: tuple[int, int] | None = _core.count_right(output, target, ignore_index)
        if guesses is not None:
            return guesses
        scores, labels = output.detach().numpy(), target.numpy()
        _check_shapes("accuracy", scores, labels)
        of_scores = threshold is None and not self._objective.of_classes
        if of_scores and not np.isin(labels, (0, 1)).all():
            raise ValueError(
                "[fit] metric 'accuracy' needs class indices or targets of 0 and 1, got other "
                "numbers; 'mae' and 'mse' measure such."
            )
        if threshold is None and labels.ndim > 1 and labels.shape[1] > 1:
            right = scores.argmax(1) == labels.argmax(1)
        else:
            right = (scores > (0.5 if threshold is None else threshold)) == (labels > 0.5)
        return float(np.count_nonzero(right)), right.size


def mae(output: Tensor, target: Tensor) -> tuple[float, float]:
    """The mean of |output - target| over the elements of a sample, summed over samples."""
    return _elementwise("mae", np.abs, output, target)


def mse(output: Tensor, target: Tensor) -> tuple[float, float]:
    """The mean of (output - target)² over the elements of a sample, summed over samples."""
    return _elementwise("mse", np.square, output, target)


def _elementwise(
    name: str, function: Callable[[Array], Array], output: Tensor, target: Tensor
) -> tuple[float, float]:
    guess, truth = output.detach().numpy(), target.numpy()
    _check_shapes(name, guess, truth)
    difference = np.subtract(guess, truth, dtype=np.float64)
    return float(function(difference).mean()) * len(truth), len(truth)


def _check_shapes(name: str, output: Array, target: Array) -> None:
    if output.shape != target.shape:
        raise ValueError(
            f"[fit] metric {name!r} needs outputs and targets of one shape, got {output.shape} "
            f"and {target.shape}."
        )


def _of_function(name: str, function: Callable[[Tensor, Tensor], Any]) -> Metric:
    def measure(output: Tensor, target: Tensor) -> tuple[float, float]:
        try:
            value = function(output.detach(), target)
        except Exception as error:
            add_note(error, f"[fit] in metric {name!r}, which is given (output, target).")
            raise
        array = value.detach().numpy() if isinstance(value, Tensor) else np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"[fit] metric {name!r} must give a number, a Tensor or an array of numbers, got "
                f"{type(value).__name__}."
            )
        return float(np.mean(array, dtype=np.float64)) * len(target), len(target)

    return measure


def to_metrics(metrics: Any, objective: Objective) -> dict[str, Metric]:
    """Metrics by name, from names, functions (output, target), or a dict of those.

    Raises:
        ValueError: an unknown name, or one that comes twice.
        TypeError: what is neither a name nor a function.
    """
    accuracy = Accuracy(objective)
    known: dict[str, Metric] = {"accuracy": accuracy, "acc": accuracy, "mae": mae, "mse": mse}
    named: dict[str, Metric] = {}
    for name, metric in _pairs(metrics):
        if name in named or name == "loss":
            raise ValueError(
                f"[Trainer] metrics must have names of their own, got {name!r} twice; a dict "
                "{name: function} names them."
            )
        if callable(metric) and not isinstance(metric, type):
            named[name] = _of_function(name, metric)
        elif isinstance(metric, str) and metric in known:
            named[name] = known[metric]
        else:
            raise _unknown(metric, known)
    return named


def _unknown(metric: Any, known: Iterable[str]) -> Exception:
    text = (
        f"[Trainer] metrics must be {', '.join(map(repr, known))} or functions of (output, target)"
    )
    if isinstance(metric, str):
        return ValueError(f"{text}, got {metric!r}{closest_hint(metric, known)}")
    return TypeError(f"{text}, got {metric!r}.")


def _pairs(metrics: Any) -> Iterable[tuple[str, Any]]:
    if metrics is None:
        return ()
    if isinstance(metrics, Mapping):
        return metrics.items()
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    return [(m if isinstance(m, str) else getattr(m, "__name__", str(m)), m) for m in metrics]


class Meter:
    """Sums up loss and metrics, weight by weight, in double."""

    def __init__(self, objective: Objective, metrics: Mapping[str, Metric]) -> None:
        self._objective = objective
        self._metrics = list(metrics.values())
        self._names = ["loss", *metrics]
        self._totals = [0.0] * len(self._names)
        self._weights = [0.0] * len(self._names)

    def add(self, loss: float, output: Tensor, target: Tensor) -> None:
        """Adds a batch; of an output with heads beside it, its logits are measured."""
        # A Tensor is not asked: its error of an absent name takes longer than a step.
        scores = output if isinstance(output, Tensor) else getattr(output, "logits", output)
        totals, weights = self._totals, self._weights
        weight = self._objective.weight(target)
        if weight:
            totals[0] += loss if self._objective.summed else loss * weight
            weights[0] += weight
        for i, metric in enumerate(self._metrics, 1):
            total, weight = metric(scores, target)
            totals[i] += total
            weights[i] += weight

    def means(self) -> dict[str, float]:
        """The means so far, loss first; NaN where nothing counted."""
        pairs = zip(self._names, self._totals, self._weights, strict=True)
        return {name: total / weight if weight else float("nan") for name, total, weight in pairs}
