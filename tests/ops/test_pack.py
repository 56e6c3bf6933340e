"""pack and unpack: the op table, padding that is never read, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optable import Case, OpTable

Lengths = list[int]


def order_of(lengths: Lengths) -> list[int]:
    return sorted(range(len(lengths)), key=lambda b: -lengths[b])


def places(lengths: Lengths) -> list[tuple[int, int]]:
    """(step, sequence) of each packed row."""
    order = order_of(lengths)
    return [(t, b) for t in range(max(lengths, default=0)) for b in order if t < lengths[b]]


def packed(x: np.ndarray, lengths: Lengths, batch_first: bool) -> np.ndarray:
    x = np.swapaxes(x, 0, 1) if batch_first else x
    rows = [x[t, b] for t, b in places(lengths)]
    return np.stack(rows) if rows else np.zeros((0, *x.shape[2:]), x.dtype)


def unpacked(
    data: np.ndarray, lengths: Lengths, steps: int, batch_first: bool, padding: float = 0.0
) -> np.ndarray:
    y = np.full((steps, len(lengths), *data.shape[1:]), padding, data.dtype)
    for row, (t, b) in zip(data, places(lengths), strict=True):
        y[t, b] = row
    return np.swapaxes(y, 0, 1) if batch_first else y


LARGE = np.random.default_rng(0).integers(0, 40, 64).tolist()
LENGTHS = [[3, 1, 2], [2, 2], [0, 3, 0, 1], [1], [0, 0], []]


def pack_case(lengths: Lengths, rest: tuple[int, ...], batch_first: bool) -> Case:
    steps = max(lengths, default=0) + 1
    shape = (len(lengths), steps, *rest) if batch_first else (steps, len(lengths), *rest)
    order = order_of(lengths)
    return Case(
        name=f"pack-{lengths[:9]}{'-batch-first' * batch_first}",
        call=lambda x: _core.pack(x, lengths, order, batch_first),
        reference=lambda x: packed(x, lengths, batch_first),
        shapes=[[shape]],
        large=[shape],
    )


def unpack_case(lengths: Lengths, rest: tuple[int, ...], batch_first: bool) -> Case:
    steps = max(lengths, default=0) + 1
    order = order_of(lengths)
    shape = (sum(lengths), *rest)
    return Case(
        name=f"unpack-{lengths[:9]}{'-batch-first' * batch_first}",
        call=lambda x: _core.unpack(x, lengths, order, steps, batch_first, 1.5),
        reference=lambda x: unpacked(x, lengths, steps, batch_first, 1.5),
        shapes=[[shape]],
        large=[shape],
    )


# The long ones have too many elements for differences, and are for the threads.
CASES = [
    make(lengths, rest, batch_first)
    for make in (pack_case, unpack_case)
    for lengths, rest in [*((each, (2,)) for each in LENGTHS), ([2, 3], ()), ([1, 2], (2, 3))]
    for batch_first in (False, True)
]


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize("batch_first", [False, True])
def test_threads_on_what_is_large(batch_first: bool) -> None:
    shape = (64, 40, 33) if batch_first else (40, 64, 33)
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    rows = packed(x, LARGE, batch_first)
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            given = dc.tensor(x, requires_grad=True)
            y = _core.pack(given, LARGE, order_of(LARGE), batch_first)
            assert np.array_equal(y.detach().numpy(), rows)
            back = _core.unpack(y, LARGE, order_of(LARGE), 40, batch_first)
            back.backward(dc.tensor(x))
            expected = unpacked(rows, LARGE, 40, batch_first)
            assert np.array_equal(back.detach().numpy(), expected)
            assert np.array_equal(given.grad.numpy(), expected)


def test_padding_is_never_read_and_its_gradient_is_zero() -> None:
    x = np.full((3, 2, 2), np.nan, "float32")
    x[:2, 0] = x[:1, 1] = 1
    given = dc.tensor(x, requires_grad=True)
    y = _core.pack(given, [2, 1], [0, 1])
    assert y.tolist() == [[1, 1]] * 3
    (y * 2 + _core.pack(given, [2, 1], [0, 1])).backward(dc.ones(3, 2))
    assert given.grad.numpy().tobytes() == (np.nan_to_num(x) * 3).tobytes()


def test_gradients_of_several_uses_add_up() -> None:
    x = dc.zeros(3, 2, requires_grad=True)
    y = _core.pack(x, [2, 1], [0, 1])
    both = [_core.unpack(y, [2, 1], [0, 1], 3) * factor for factor in (2, 3)]
    sum([*both, x], start=dc.zeros(())).sum().backward()
    assert x.grad.tolist() == [[6, 6], [6, 1], [1, 1]]
    z = _core.unpack(y, [2, 1], [0, 1], 3).sum() + _core.pack(x, [2, 1], [0, 1]).sum()
    (x.sum() * 4 + z).backward()
    assert x.grad.tolist() == [[12, 12], [12, 5], [5, 5]]


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float64"])
def test_every_dtype(dtype: str) -> None:
    x = np.random.default_rng(0).integers(0, 2, (4, 3)).astype(dtype)
    y = _core.pack(dc.tensor(x), [1, 4, 2], [1, 2, 0])
    assert y.numpy().dtype == x.dtype
    assert np.array_equal(y.numpy(), packed(x, [1, 4, 2], False))
    back = _core.unpack(y, [1, 4, 2], [1, 2, 0], 4, True, 1)
    assert np.array_equal(back.numpy(), unpacked(y.numpy(), [1, 4, 2], 4, True, 1))


ERRORS: list[tuple[Callable[[dc.Tensor], Any], type[Exception], str]] = [
    (lambda x: _core.pack(x[0, 0], [1], [0]), ValueError, "[pack] input must have at least two ax"),
    (lambda x: _core.pack(x, [1], [0]), ValueError,
     "[pack] there must be one length for each sequence of the batch, 3 for input of shape "
     "(4, 3, 2) without batch_first, got 1."),
    (lambda x: _core.pack(x, [1, 5, 1], [1, 0, 2]), ValueError,
     "[pack] lengths must be 0 to the number of steps, 4, got 5."),
    (lambda x: _core.pack(x, [1, -1, 1], [0, 2, 1]), ValueError,
     "[pack] lengths must be 0 to the number of steps, 4, got -1."),
    (lambda x: _core.pack(x, [1, 2, 3], [0, 1, 2]), ValueError,
     "[pack] the longest sequence must come first, got length 2 after 1."),
    (lambda x: _core.pack(x, [1, 1, 1], [0, 1, 1]), ValueError,
     "[pack] the order must hold each of the 3 sequences once."),
    (lambda x: _core.pack(x, [1, 1, 1], [0, 1, 3]), ValueError, "[pack] the order must hold each"),
    (lambda x: _core.pack(x, [1, 1, 1], [0, 1]), ValueError, "[pack] the order must hold each of"),
    (lambda x: _core.unpack(x, [1, 2], [1, 0], 3), ValueError,
     "[unpack] data must have one row for each step of each sequence, 3, got shape (4, 3, 2)."),
    (lambda x: _core.unpack(x, [1, 3], [1, 0], 2), ValueError,
     "[unpack] lengths must be 0 to the number of steps, 2, got 3."),
    (lambda x: _core.unpack(x, [1, 3], [1, 0], 3, False, "a"), TypeError,
     "[unpack] padding_value must be a number, got str."),
    (lambda x: _core.unpack(x.to(dc.uint8), [1, 3], [1, 0], 3, False, 256), ValueError,
     "[unpack] padding_value must be one that uint8 holds, got 256."),
    (lambda x: _core.unpack(x.long(), [1, 3], [1, 0], 3, False, float("nan")), ValueError,
     "[unpack] padding_value must be one that int64 holds, got nan."),
    (lambda x: _core.unpack(x[:0], [], [], -1), ValueError,
     "[unpack] steps must not be negative, got -1."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS)
def test_errors(call: Callable[[dc.Tensor], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=re.escape(text)):
        call(dc.ones(4, 3, 2))
