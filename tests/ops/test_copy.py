"""permute, transpose, flip, expand, cat, stack, split, chunk, unbind: the op table and errors."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from support.optable import Case, OpTable

CASES = [
    Case(
        name="permute",
        call=lambda x: x.permute(2, 0, 1),
        reference=lambda x: x.transpose(2, 0, 1),
        shapes=[[(2, 3, 4)], [(1, 1, 1)], [(20, 3, 19)], [(2, 0, 3)]],
        large=[(40, 50, 60)],
    ),
    *(
        Case(
            name=f"interleave-{rows}",
            call=lambda x: x.permute(0, 2, 3, 1),
            reference=lambda x: x.transpose(0, 2, 3, 1),
            shapes=[[(2, rows, 3, 7)], [(1, rows, 1, 4)], [(0, rows, 3, 2)], [(2, rows, 5, 20)]],
            large=[(3, rows, 90, 110)],
            rows=True,
        )
        for rows in (2, 3, 4)
    ),
    *(
        Case(
            name=f"deinterleave-{rows}",
            call=lambda x: x.permute(0, 3, 1, 2),
            reference=lambda x: x.transpose(0, 3, 1, 2),
            shapes=[[(2, 3, 7, rows)], [(1, 1, 4, rows)], [(0, 3, 2, rows)], [(2, 5, 20, rows)]],
            large=[(3, 90, 110, rows)],
            rows=True,
        )
        for rows in (2, 3, 4)
    ),
    Case(
        name="transpose",
        call=lambda x: x.transpose(0, -1),
        reference=lambda x: x.swapaxes(0, -1),
        shapes=[[(2, 3)], [(33, 18)], [(3, 2, 5)], [(1, 4)]],
        large=[(300, 500)],
    ),
    Case(
        name="T",
        call=lambda x: x.T,
        reference=lambda x: x.T,
        shapes=[[(2, 3)], [(3,)], [()]],
        large=[(300, 500)],
    ),
    Case(
        name="flip",
        call=lambda x: x.flip(0, -1),
        reference=lambda x: x[::-1, ..., ::-1],
        shapes=[[(2, 3)], [(3, 2, 5)], [(0, 2)]],
        large=[(300, 500)],
    ),
    Case(
        name="expand",
        call=lambda x: x.expand(4, -1, 5),
        reference=lambda x: np.broadcast_to(x, (4, x.shape[-2], 5)),
        shapes=[[(3, 1)], [(1, 5)], [(4, 2, 1)], [(4, 2, 5)]],
        large=[(30_000, 1)],
    ),
    Case(
        name="cat-0",
        call=lambda *xs: dc.cat(xs),
        reference=lambda *xs: np.concatenate(xs),
        shapes=[[(2, 3), (1, 3)], [(2,), (0,), (3,)]],
        large=[(300, 500), (20, 500)],
    ),
    Case(
        name="cat-1",
        call=lambda *xs: dc.cat(xs, dim=1),
        reference=lambda *xs: np.concatenate(xs, 1),
        shapes=[[(2, 3), (2, 1), (2, 4)], [(2, 1, 2), (2, 3, 2)]],
        large=[(300, 500), (300, 20)],
    ),
    Case(
        name="cat-same-tensor",
        call=lambda x: dc.cat([x, x], -1),
        reference=lambda x: np.concatenate([x, x], -1),
        shapes=[[(2, 3)]],
        large=[(300, 500)],
    ),
    Case(
        name="stack",
        call=lambda *xs: dc.stack(xs, 1),
        reference=lambda *xs: np.stack(xs, 1),
        shapes=[[(2, 3), (2, 3)], [(2,), (2,)]],
        large=[(300, 500), (300, 500)],
    ),
    Case(
        name="split",
        call=lambda x: x.split([1, 2], dim=1)[1],
        reference=lambda x: x[:, 1:],
        shapes=[[(2, 3)], [(4, 3, 2)]],
        large=[(30_000, 3)],
    ),
    Case(
        name="unbind",
        call=lambda x: dc.unbind(x, 1)[1] - x.unbind()[0].sum(),
        reference=lambda x: x[:, 1] - x[0].sum(),
        shapes=[[(2, 3)], [(4, 3, 2)]],
        large=[(30_000, 3)],
    ),
]


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float32"])
def test_every_dtype_is_moved(dtype: str) -> None:
    x = np.random.default_rng(0).integers(0, 2, (19, 7, 33)).astype(dtype)
    t = dc.tensor(x)
    assert np.array_equal(t.permute(2, 0, 1).numpy(), x.transpose(2, 0, 1))
    assert np.array_equal(dc.flip(t, (1,)).numpy(), x[:, ::-1])
    few = x[:, :3]
    assert np.array_equal(dc.tensor(few).permute(0, 2, 1).numpy(), few.swapaxes(1, 2))
    assert np.array_equal(dc.tensor(few.swapaxes(1, 2)).permute(0, 2, 1).numpy(), few)
    assert np.array_equal(dc.cat([t, t], 1).numpy(), np.concatenate([x, x], 1))


def test_parts_of_an_axis() -> None:
    x = dc.arange(10)
    assert [p.tolist() for p in x.split(4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [len(p) for p in x.chunk(3)] == [4, 4, 2]
    assert [p.item() for p in x.unbind()] == list(range(10))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: x.permute(0, 0), ValueError, r"^\[permute\] dims must name each of the 2 axes"),
        (lambda x: x.permute(0), ValueError, r"^\[permute\] .* axes once, got 1 of them"),
        (lambda x: x.permute(0, 2), IndexError, r"^\[permute\] dim must be in -2 to 1"),
        (lambda x: x.expand(3, 3), ValueError, r"^\[expand\] shape \(2, 3\) .* to \(3, 3\)"),
        (
            lambda x: x.expand(3),
            ValueError,
            r"^\[expand\] shape \(2, 3\) does not expand to \(3,\)",
        ),
        (lambda x: x.split([1, 1], 1), ValueError, r"^\[split\] .*axis 1 of shape .*a sum of 2\.$"),
        (lambda x: x.split(0), ValueError, r"^\[split\] a part must have at least one element"),
        (lambda x: x.chunk(0), ValueError, r"^\[chunk\] chunks must be at least 1, got 0"),
        (lambda x: dc.cat([x, x.T]), ValueError, r"^\[cat\] .*\(2, 3\) and \(3, 2\)"),
        (lambda x: dc.cat([]), ValueError, r"^\[cat\] at least one tensor"),
        (lambda x: dc.stack([x, x.T]), ValueError, r"^\[stack\] .*\(2, 3\) and \(3, 2\)"),
        (lambda x: x.unsqueeze(0).t(), ValueError, r"^\[t\] .*at most two axes, got .*\(1, 2, 3\)"),
        (lambda x: dc.tensor(1.0).unbind(), ValueError, r"^\[unbind\] a tensor without axes"),
    ],
)
def test_copies_refuse(call, error, text: str) -> None:
    with pytest.raises(error, match=text):
        call(dc.zeros(2, 3))


def test_cat_promotes() -> None:
    x = dc.ones(1, requires_grad=True)
    y = dc.cat([x, dc.tensor([2]), dc.tensor([3.0], dtype=dc.float64)])
    assert (y.dtype, y.tolist()) == (dc.float64, [1, 2, 3])
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == dc.float32
    assert dc.stack([dc.tensor(1), dc.tensor(True)]).dtype == dc.int64


def test_squeeze_of_several_axes() -> None:
    x = dc.ones(1, 2, 1, 1, 3)
    assert x.squeeze((0, -2)).shape == (2, 1, 3)
    assert dc.squeeze(x, [1, 2]).shape == (1, 2, 1, 3)
    assert x.squeeze().shape == (2, 3)
    assert dc.tensor(1.0).squeeze().shape == ()
    with pytest.raises(ValueError, match=r"\[squeeze\]"):
        x.squeeze((0, 0))
