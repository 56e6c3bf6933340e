"""equal and allclose, and as_tensor, against NumPy and their definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0, 2.0], [1.0, 2.5], False),
        ([1.0], [[1.0]], False),
        ([], [], True),
        ([NAN], [NAN], False),
        ([INF], [INF], True),
        ([1, 2], [1.0, 2.0], True),
        ([True], [1], True),
    ],
)
def test_equal(x: Any, y: Any, expected: bool) -> None:
    one, other = dc.tensor(x), dc.tensor(y)
    assert dc.equal(one, other) is expected
    assert one.equal(other) is expected


@pytest.mark.parametrize("equal_nan", [False, True])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1.0, 2.0], [1.0, 2.00001]),
        ([1.0, 2.0], [1.0, 2.0001]),
        ([0.0], [1e-8]),
        ([0.0], [2e-8]),
        ([NAN, 1.0], [NAN, 1.0]),
        ([INF], [INF]),
        ([INF], [-INF]),
        ([INF], [1.0]),
        ([[1.0], [1.0]], [1.0, 1.0]),
        ([100, 200], [100.0, 200.0]),
        ([], []),
    ],
)
def test_allclose_is_numpys(x: Any, y: Any, equal_nan: bool) -> None:
    one, other = (dc.tensor(value, dtype=dc.float64) for value in (x, y))
    expected = np.allclose(np.array(x, float), np.array(y, float), equal_nan=equal_nan)
    assert dc.allclose(one, other, equal_nan=equal_nan) is bool(expected)
    assert one.allclose(other, equal_nan=equal_nan) is bool(expected)


def test_the_tolerance_is_of_the_second() -> None:
    one, ten = dc.tensor([1.0]), dc.tensor([10.0])
    assert dc.allclose(one, ten, rtol=0.95)
    assert not dc.allclose(ten, one, rtol=0.95)
    assert dc.allclose(ten, one, rtol=0, atol=9)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match=r"\[allclose\] shapes \(2,\) and \(3,\) do not broadcast"):
        dc.allclose(dc.ones(2), dc.ones(3))
    with pytest.raises(ValueError, match=r"rtol and atol must not be negative, got -1 and 1e-08"):
        dc.allclose(dc.ones(2), dc.ones(2), rtol=-1)


def test_gradients_are_no_matter() -> None:
    x = dc.ones(2, requires_grad=True)
    assert dc.equal(x, x * 1)
    assert dc.allclose(x, x * 1)


def test_as_tensor_shares_what_it_can() -> None:
    array = np.zeros(3, np.float32)
    x = dc.as_tensor(array)
    array[1] = 5
    assert x.tolist() == [0, 5, 0]
    assert dc.as_tensor(x) is x
    assert dc.as_tensor(x, dtype=dc.float32) is x


@pytest.mark.parametrize("kind", ["read-only", "strided", "int32"])
def test_as_tensor_copies_the_rest(kind: str) -> None:
    array = np.arange(6, dtype=np.int32 if kind == "int32" else np.int64)
    given = array[::2] if kind == "strided" else array[:3]
    given.flags.writeable = kind != "read-only"
    x = dc.as_tensor(given)
    expected = given.tolist()
    array[:] = 9
    assert x.tolist() == expected
    assert x.dtype == dc.int64


def test_as_tensor_converts() -> None:
    assert dc.as_tensor([1, 2], dtype=dc.float64).dtype == dc.float64
    assert dc.as_tensor(np.zeros(2), dtype="float32").dtype == dc.float32
    w = dc.ones(2, requires_grad=True)
    dc.as_tensor(w, dtype=dc.float64).sum().backward()
    assert w.grad is not None
    with pytest.raises(ValueError, match="deepcore runs on CPUs, got 'cuda'"):
        dc.as_tensor([1], device="cuda")
