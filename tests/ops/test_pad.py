"""pad: the op table, the four modes against NumPy, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F
from support.optable import Case, OpTable

MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def reference(x: np.ndarray, pads: tuple[int, ...], mode: str, value: float = 0) -> np.ndarray:
    """numpy.pad where a number is positive; a slice where it is negative."""
    ends = [(0, 0)] * (x.ndim - len(pads) // 2)
    ends += [(pads[i], pads[i + 1]) for i in range(len(pads) - 2, -1, -2)]
    cut = tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(ends, x.shape, strict=True))
    grown = [(max(a, 0), max(b, 0)) for a, b in ends]
    options = {"constant_values": value} if mode == "constant" else {}
    return np.pad(x[cut], grown, mode=MODES[mode], **options)


def case(name: str, pads: tuple[int, ...], mode: str, shapes, large, value=None, rows=True) -> Case:
    return Case(
        name=name,
        call=lambda x: F.pad(x, pads, mode, value),
        reference=lambda x: reference(x, pads, mode, value or 0),
        shapes=[[shape] for shape in shapes],
        large=[large],
        rows=rows,
    )


PLANES = [(2, 3, 5, 4), (1, 1, 3, 3), (2, 4, 7), (0, 2, 4, 4), (3, 3, 33)]
CASES = [
    case("constant-1d", (2, 1), "constant", [(2, 3), (1, 1), (2, 0), (0, 3)], (300, 500), 1.5),
    case("constant-2d", (1, 2, 3, 0), "constant", PLANES, (7, 9, 40, 50)),
    case("constant-all", (1, 0, 0, 2, 1, 1), "constant", [(2, 3, 4), (1, 1, 1)], (40, 50, 60),
         -2.0, rows=False),
    case("constant-inner-whole", (0, 0, 2, 1), "constant", [(2, 3, 4), (3, 1, 5)], (40, 50, 60)),
    case("constant-only", (0, 0, 0, 0, 1, 1), "constant", [(2, 3, 4)], (90, 50, 60), rows=False),
    case("crop", (-1, -2, -1, 0), "constant", [(2, 3, 5), (3, 1, 3)], (40, 50, 60)),
    case("crop-and-grow", (-1, 2, 1, -2), "constant", [(2, 3, 5), (3, 2, 1)], (40, 50, 60)),
    case("flat", (3, 2), "constant", [(5,), (1,), (0,)], (70_000,), rows=False),
    case("nothing", (0, 0), "constant", [(2, 3), (0, 2)], (300, 500)),
    case("reflect-1d", (3, 2), "reflect", [(2, 3, 4), (2, 9), (0, 5)], (300, 500)),
    case("reflect-2d", (1, 2, 2, 1), "reflect", [(2, 3, 5, 4), (2, 3, 3)], (7, 9, 40, 50)),
    case("reflect-3d", (1, 1, 2, 0, 0, 1), "reflect", [(2, 2, 3, 4)], (4, 5, 20, 30)),
    case("replicate-1d", (3, 2), "replicate", [(2, 3, 4), (2, 1), (0, 5)], (300, 500)),
    case("replicate-2d", (1, 2, 5, 1), "replicate", PLANES, (7, 9, 40, 50)),
    case("replicate-3d", (1, 1, 2, 0, 0, 3), "replicate", [(2, 2, 1, 4)], (4, 5, 20, 30)),
    case("replicate-crop", (-1, 2, 2, -1), "replicate", [(2, 3, 4)], (7, 9, 40, 50)),
    case("circular-1d", (3, 2), "circular", [(2, 3, 4), (2, 3), (0, 5)], (300, 500)),
    case("circular-2d", (1, 2, 5, 1), "circular", [(2, 3, 5, 4), (1, 6, 2)], (7, 9, 40, 50)),
    case("circular-3d", (1, 1, 2, 0, 0, 1), "circular", [(2, 2, 3, 4)], (4, 5, 20, 30)),
    case("circular-crop", (-1, 2, 2, -1), "circular", [(2, 3, 4)], (7, 9, 40, 50)),
]  # fmt: skip


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
@pytest.mark.parametrize("mode", list(MODES))
def test_every_dtype(dtype: str, mode: str) -> None:
    x = np.random.default_rng(0).integers(0, 2, (3, 4, 5)).astype(dtype)
    y = F.pad(dc.tensor(x), (1, 2, 3, 0), mode)
    assert y.numpy().dtype == x.dtype
    assert np.array_equal(y.numpy(), reference(x, (1, 2, 3, 0), mode))


def test_value_of_integers() -> None:
    assert F.pad(dc.tensor([7]), (1, 0), value=3).tolist() == [3, 7]
    assert F.pad(dc.tensor([False]), (1, 0), value=True).tolist() == [True, False]


def test_nothing_is_padded_at_no_cost() -> None:
    x = dc.zeros(0, 2, requires_grad=True)
    y = F.pad(x, (0, 2**40), "replicate")
    assert y.shape == (0, 2 + 2**40)
    y.backward(dc.zeros_like(y))
    assert x.grad.shape == (0, 2)
    x = dc.ones(1, 2, requires_grad=True)
    y = F.pad(x, (-1, -1))
    y.backward(dc.zeros_like(y))
    assert x.grad.tolist() == [[0, 0]]


def test_a_copy_even_of_nothing_to_do() -> None:
    x = dc.ones(2)
    F.pad(x, (0, 0)).zero_()
    assert x.tolist() == [1, 1]


def test_a_reflection_of_what_is_cropped_is_that_of_the_whole() -> None:
    x = dc.arange(5.0)
    assert F.pad(x, (-1, 2), "reflect").tolist() == [1, 2, 3, 4, 3, 2]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: F.pad(x, (1,)), ValueError, r"two numbers an axis, .* most 4 .*\(2, 3\), got 1"),
        (lambda x: F.pad(x, (1,) * 6), ValueError, r"at most 4 for shape \(2, 3\), got 6\."),
        (lambda x: F.pad(x, (0, 3), "reflect"), ValueError, r"smaller than the axis, got 3 for a"),
        (lambda x: F.pad(x, (4, 0), "circular"), ValueError, r"at most the axis, got 4 for axis 1"),
        (lambda x: F.pad(x, (2, -2), "circular"), ValueError, r"at most the axis, got 2 for axis"),
        (lambda x: F.pad(x[:0], (0, 0, 1, 0), "replicate"), ValueError, r"got shape \(0, 3\)\."),
        (lambda x: F.pad(x, (-2, -2)), ValueError, r"at least 0, got -2 and -2 for axis 1 of"),
        (lambda x: F.pad(x, (1, 2**60)), ValueError, r"pads must be below 2\*\*48, got 11529"),
        (lambda x: F.pad(x, (1, 1), "same"), ValueError, r"'replicate' or 'circular', got 'same'"),
        (lambda x: F.pad(x, (1, 1), "reflect", 2), ValueError, r"alone, got 2 for mode='reflect'"),
        (lambda x: F.pad(x, (1, 1), value="a"), TypeError, r"value must be a number, got str\."),
        (lambda x: F.pad(x.bool(), (1, 1), value=2), ValueError, r"one that bool holds, got 2\."),
        (lambda x: F.pad(x.long(), (1, 1), value=0.5), ValueError, r"that int64 holds, got 0\.5\."),
    ],
)
def test_refuses(call, error, text) -> None:
    with pytest.raises(error, match=rf"^\[pad\] .*{text}"):
        call(dc.zeros(2, 3))
