"""Indexing: NumPy's results, gradients, sharing, writes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from support.optable import Case, OpTable

KEYS = {
    "integer": 1,
    "negative": -1,
    "slice": slice(1, 3),
    "step": slice(None, None, 2),
    "backwards": slice(None, None, -1),
    "second-axis": (slice(None), 1),
    "none": (None, 1, ..., None),
    "dots": (..., 0),
    "array": np.array([2, 0, 0, -1]),
    "array-2d": np.array([[2, 0], [1, 1]]),
    "two-arrays": (np.array([2, 0, 0]), np.array([1, 1, 0])),
    "broadcast-arrays": (np.array([[2], [0]]), np.array([1, 0])),
    "array-and-slice": (slice(1, None), np.array([1, 1, 0])),
    "arrays-apart": (np.array([0, 2]), slice(None), np.array([1, 0])),
    "list": [2, 1],
    "empty-list": [],
    "empty-slice": slice(2, 2),
}
MASKS = {
    "mask-rows": np.array([True, False, True]),
    "mask-whole": np.arange(24).reshape(3, 4, 2) % 3 == 0,
    "mask-none": np.zeros(3, bool),
    "mask-and-integer": (np.array([True, False, True]), 1),
}


def case(name: str, key: object) -> Case:
    return Case(
        name=name,
        call=lambda x: x[key],
        reference=lambda x: x[key],
        shapes=[[(3, 4, 2)]],
        large=[(3000, 40, 20)],
    )


CASES = [case(name, key) for name, key in KEYS.items()]


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize("name", MASKS)
def test_masks(name: str) -> None:
    key = MASKS[name]
    value = np.random.default_rng(0).standard_normal((3, 4, 2))
    x = dc.tensor(value, requires_grad=True)
    y = x[key]
    np.testing.assert_array_equal(y.detach().numpy(), value[key])
    weights = np.random.default_rng(1).standard_normal(y.shape)
    y.backward(dc.tensor(weights))
    expected = np.zeros_like(value)
    np.add.at(expected, key, weights)
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_tensors_are_keys_too() -> None:
    x = dc.arange(12).reshape(3, 4)
    assert x[dc.tensor(1)].tolist() == [4, 5, 6, 7]
    assert x[dc.tensor([2, 0])].tolist() == [[8, 9, 10, 11], [0, 1, 2, 3]]
    assert x[x > 9].tolist() == [10, 11]
    assert x[np.int64(1), 2].item() == 6


def test_an_integer_is_no_array_beside_arrays() -> None:
    """PyTorch's rule: integers are applied first, so the array's axis stays where it is."""
    assert dc.zeros(3, 4, 5)[0, :, [1, 2, 3]].shape == (4, 3)


@pytest.mark.parametrize("key", [*KEYS.values(), *MASKS.values()], ids=[*KEYS, *MASKS])
def test_writes(key: object) -> None:
    expected = np.zeros((3, 4, 2), np.float32)
    x = dc.zeros(3, 4, 2)
    shape = expected[key].shape
    value = np.arange(1, 1 + int(np.prod(shape)), dtype=np.float32).reshape(shape)
    expected[key] = value
    x[key] = dc.tensor(value)
    np.testing.assert_array_equal(x.numpy(), expected)
    expected[key] = 7
    x[key] = 7
    np.testing.assert_array_equal(x.numpy(), expected)


def test_a_write_broadcasts_converts_and_counts() -> None:
    x = dc.zeros(2, 3)
    version = x._version
    x[:, 1:] = [1, 2]
    assert x.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert x._version > version
    x[0] = x[1]
    whole = dc.zeros(3, dtype=dc.int64)
    whole[1] = 2.7
    assert whole.tolist() == [0, 2, 0]


def test_a_write_counts_for_backward() -> None:
    w = dc.ones(2, 2, requires_grad=True)
    x = dc.ones(2, 2)
    y = x @ w
    x[0, 0] = 5
    with pytest.raises(RuntimeError, match="written in place afterwards"):
        y.sum().backward()


def test_rows_share_storage() -> None:
    x = dc.zeros(3, 4)
    x[1].fill_(1)
    x[2:, ...].fill_(2)
    x[0, 1:3].fill_(3)
    assert x.tolist() == [[0, 3, 3, 0], [1] * 4, [2] * 4]
    x[:, 0].fill_(9)
    assert x.tolist() == [[0, 3, 3, 0], [1] * 4, [2] * 4]


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (3, IndexError, r"index 3 is out of range for axis 0 of size 3"),
        ((0, -5), IndexError, r"index -5 is out of range for axis 1 of size 4"),
        ((0, 0, 0), IndexError, r"3 indices were given for a tensor of shape \(3, 4\)"),
        ([0, 3], IndexError, r"index 3 is out of range for axis 0 of size 3"),
        ((..., ...), IndexError, r"\.\.\. can be given once"),
        (
            np.array([True, False]),
            IndexError,
            r"mask of shape \(2,\) does not fit axis 0 of size 3",
        ),
        ([0.5], TypeError, r"must be integers or bool, got float32"),
        ("a", TypeError, r"got str"),
        (1.0, TypeError, r"got float"),
        (True, TypeError, r"got bool"),
    ],
)
def test_refuses(key: object, error: type[Exception], text: str) -> None:
    x = dc.zeros(3, 4)
    with pytest.raises(error, match=rf"^\[index\] .*{text}"):
        x[key]
    with pytest.raises(error, match=rf"^\[index\] .*{text}"):
        x[key] = 1


def test_writes_refuse() -> None:
    x = dc.zeros(3, 4)
    with pytest.raises(ValueError, match=r"a value of shape \(3,\) does not fit into shape \(4,\)"):
        x[0] = [1, 2, 3]
    with pytest.raises(RuntimeError, match=r"the value records a gradient"):
        x[0] = dc.ones(4, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"\[setitem\] a tensor that records a gradient"):
        dc.ones(3, requires_grad=True)[0] = 1


def test_masks_without_axes() -> None:
    x = dc.arange(6).reshape(2, 3)
    assert x[dc.tensor(True)].shape == (1, 2, 3)
    assert x[dc.tensor(False)].shape == (0, 2, 3)
    assert x[0, dc.tensor(True)].tolist() == [[0, 1, 2]]
    x[dc.tensor(False)] = 9
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]
    x[dc.tensor(True)] = 9
    assert x.sum().item() == 54
