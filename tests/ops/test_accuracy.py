"""Right guesses, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepcore import _core, from_numpy


def count(scores: Any, labels: Any, ignore_index: int = -100) -> Any:
    return _core.count_right(from_numpy(scores), from_numpy(labels), ignore_index)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (32, 10), (4, 5, 6), (2, 3, 4, 5)])
def test_as_numpy_counts(kind: type, shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    scores = random.integers(0, 4, shape).astype(kind)  # many equal ones: the first wins
    labels = random.integers(0, shape[1], (shape[0], *shape[2:]))
    right = scores.argmax(1) == labels
    assert count(scores, labels) == (right.sum(), labels.size)
    kept = labels != 0
    assert count(scores, labels, 0) == ((right & kept).sum(), kept.sum())


def test_nan_is_never_right() -> None:
    scores = np.array([[np.nan, 1], [1, np.nan], [2, 1]], np.float32)
    for label in (0, 1):
        labels = np.full(3, label)
        assert count(scores, labels) == (1 - label, 3)


def test_labels_out_of_range_are_wrong() -> None:
    assert count(np.zeros((3, 2)), np.array([-1, 2, 5])) == (0, 3)


@pytest.mark.parametrize(
    ("scores", "labels"),
    [
        (np.zeros((3, 2)), np.zeros((3, 2), np.int64)),
        (np.zeros((3, 2)), np.zeros(4, np.int64)),
        (np.zeros((3, 2)), np.zeros(3)),
        (np.zeros((3, 2, 4)), np.zeros((3, 5), np.int64)),
        (np.zeros((3, 2), np.int64), np.zeros(3, np.int64)),
        (np.zeros(3), np.array(0)),
    ],
)
def test_what_are_no_scores_and_labels(scores: Any, labels: Any) -> None:
    assert count(scores, labels) is None


def test_samples_that_count() -> None:
    labels = from_numpy(np.array([[0, -100], [2, 0]]))
    assert _core.count_samples(labels, -100) == 3
    assert _core.count_samples(labels, 0) == 2
    assert _core.count_samples(labels, 7) == 4
    assert _core.count_samples(from_numpy(np.zeros((5, 3))), 0) == 5
