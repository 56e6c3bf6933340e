"""The digits of scikit-learn and their fixed split."""

import sys

import numpy as np
import pytest

from deepcore import datasets
from deepcore.data import stratified_split


def test_digits():
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    (x_train, y_train), (x_test, y_test) = datasets.digits()
    assert x_train.shape == (1437, 64)
    assert x_test.shape == (360, 64)
    assert x_train.dtype == np.float32
    assert y_train.dtype == np.int64
    assert (x_train.min(), x_train.max()) == (0.0, 1.0)
    # Together they are the whole data set, each sample once and with its own label.
    both = np.column_stack([np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])])
    whole = np.column_stack([pixels / 16, labels])
    np.testing.assert_array_equal(*(rows[np.lexsort(rows.T)] for rows in (both, whole)))
    share = np.bincount(y_test) / np.bincount(labels)
    assert np.all(np.abs(share - 360 / 1797) < 1 / 170)


def test_one_part_and_the_same_each_time():
    parts = datasets.digits()
    for train, part in zip([True, False], parts, strict=True):
        for again, array in zip(datasets.digits(train=train), part, strict=True):
            np.testing.assert_array_equal(again, array)
    # The split belongs to the stated scores: it must never move.
    assert parts[1][1][:12].tolist() == [7, 0, 1, 4, 1, 2, 9, 5, 5, 8, 4, 1]


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install scikit-learn\.$"):
        datasets.digits()


@pytest.mark.parametrize("test_size", [0, 1, 7, 50, 100])
def test_stratified_split_keeps_shares(test_size):
    labels = np.random.default_rng(1).choice(4, 100, p=[0.6, 0.2, 0.15, 0.05])
    train, test = stratified_split(labels, test_size, seed=3)
    assert len(test) == test_size
    assert sorted([*train, *test]) == list(range(100))
    expected = np.bincount(labels, minlength=4) * test_size / 100
    assert np.all(np.abs(np.bincount(labels[test], minlength=4) - expected) < 1)


def test_stratified_split_depends_on_the_seed_alone():
    labels = np.repeat([0, 1], 50)
    one, same, other = (stratified_split(labels, 20, seed=seed)[1] for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()


def test_stratified_split_errors():
    with pytest.raises(ValueError, match=r"must have one axis, got shape \(2, 2\)"):
        stratified_split(np.eye(2), 1)
    with pytest.raises(ValueError, match=r"test_size must be from 0 to the 3 samples, got 4"):
        stratified_split([0, 1, 0], 4)
